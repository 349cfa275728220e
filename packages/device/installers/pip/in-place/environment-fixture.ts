import { execFile } from "node:child_process";
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PipInstall } from "@pawl/protocol";
import type { TempDir } from "@pawl/testkit";
import { PipDevice, PYTHON } from "../pip-fixture.ts";

const runFile = promisify(execFile);

/** What pip needs to build and install, of all that the system's Python has beside its standard library. */
const TOOLS = /^(?:pip|setuptools|wheel)(?:-.*)?$|^(?:pkg_resources|_distutils_hack)$/;
const WHERE_PIP_IS = "import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))";

/**
 * A device whose environment is a virtual one, with the system's pip: nothing of this machine's own is ever touched. Nor is
 * the rest of it seen, through which pip would go at each of its checks, and which takes longer than all else it does.
 */
export async function deviceWithEnvironment(dir: TempDir): Promise<PipDevice> {
  const device = await PipDevice.create(dir);
  await runFile(PYTHON, ["-I", "-m", "venv", "--without-pip", dir.join("env")]);
  const system = (await runFile(PYTHON, ["-I", "-c", WHERE_PIP_IS])).stdout.trim();
  await mkdir(dir.join("tools"));
  for (const name of (await readdir(system)).filter((name) => TOOLS.test(name))) {
    await symlink(join(system, name), dir.join("tools", name));
  }
  await writeFile(join(await packagesOf(dir.path), "tools.pth"), `${dir.join("tools")}\n`);
  return device;
}

/** What makes an app of a device one that is installed in that environment. */
export function inPlace(dir: string, more: Partial<PipInstall> = {}): Partial<PipInstall> {
  return { mode: "in-place", python: join(dir, "env/bin/python"), ...more };
}

/** What its Python says. */
export async function python(dir: string, ...args: string[]): Promise<string> {
  const { stdout } = await runFile(join(dir, "env/bin/python"), ["-I", ...args]);
  return stdout.trim();
}

/** What `pip check` says of what lies in the environment itself; what this machine has besides is none of a test's business. */
export async function complaints(dir: string): Promise<string[]> {
  const own = (await readdir(await packagesOf(dir))).flatMap(
    (name) => name.match(/^~?(.+)-[^-]+\.dist-info$/)?.[1] ?? [],
  );
  const said = await python(dir, "-m", "pip", "check").catch((error) => `${error.stdout}${error.stderr}`);
  return said
    .split("\n")
    .filter((line) => /invalid distribution/.test(line) || own.some((name) => line.startsWith(`${name} `)));
}

/** As an owner does it by hand, or an earlier updater did. */
export async function pipByHand(dir: string, ...args: string[]): Promise<void> {
  await python(dir, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", join(dir, "links"), ...args);
}

/** A wheel by what is in it, but for its metadata. */
export interface HandMade {
  name: string;
  version: string;
  requires?: readonly string[];
  /** Scripts that pip makes: name → module:function. */
  scripts?: Record<string, string>;
  files?: Record<string, string>;
}

const MAKE = `
import base64, hashlib, json, os, sys, zipfile
into = sys.argv[1]
for made in json.load(sys.stdin):
    base = made["name"] + "-" + made["version"]
    info = base + ".dist-info/"
    files = dict(made.get("files", {}))
    files.setdefault(made["name"] + "/__init__.py", "VERSION = %r\\n" % made["version"])
    needs = "".join("Requires-Dist: %s\\n" % one for one in made.get("requires", []))
    files[info + "METADATA"] = "Metadata-Version: 2.1\\nName: %(name)s\\nVersion: %(version)s\\n" % made + needs
    files[info + "WHEEL"] = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    if made.get("scripts"):
        entries = "".join("%s = %s\\n" % one for one in made["scripts"].items())
        files[info + "entry_points.txt"] = "[console_scripts]\\n" + entries
    with zipfile.ZipFile(os.path.join(into, base + "-py3-none-any.whl"), "w") as packed:
        rows = ""
        for path, text in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o100755 if path.endswith(".sh") else 0o100644) << 16
            packed.writestr(entry, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows += "%s,sha256=%s,%d\\n" % (path, digest, len(text.encode()))
        packed.writestr(info + "RECORD", rows + info + "RECORD,,\\n")
`;

/** Wheels in the folder that pip looks in. */
export async function makeWheels(dir: string, ...wheels: HandMade[]): Promise<void> {
  const into = join(dir, "links");
  await mkdir(into, { recursive: true });
  const making = runFile(PYTHON, ["-I", "-c", MAKE, into]);
  making.child.stdin?.end(JSON.stringify(wheels));
  await making;
}

/** What pip writes anew at each install: byte code, what it lists of it, and that it was asked for. */
const ANEW = /\/(?:__pycache__\/.*|RECORD|REQUESTED)$/;

/** Every file of the environment with its text, but what pip writes anew each time. */
export async function filesOf(dir: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const top of ["env/lib", "env/bin", "env/share"]) {
    const names = await readdir(join(dir, top), { recursive: true }).catch(() => []);
    for (const name of names) {
      const path = join(dir, top, name);
      if (ANEW.test(path) || !(await lstat(path)).isFile()) continue;
      files[path.slice(dir.length + 1)] = await readFile(path, "latin1");
    }
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where the packages of the environment lie. */
export async function packagesOf(dir: string): Promise<string> {
  const [version = ""] = (await readdir(join(dir, "env/lib"))).filter((name) => name.startsWith("python3"));
  return join(dir, "env/lib", version, "site-packages");
}

const KILLER = `
import os, signal, sys
CONTROL = os.path.join(sys.prefix, "kill")
ARGV = " ".join(sys.orig_argv)
try:
    with open(CONTROL) as file:
        WORK, AFTER, WHOM = file.read().split()
except (OSError, ValueError):
    WORK = ""
IS_IT = WORK == "install" and " install " in ARGV or WORK == "clear" and "def is_leftover" in ARGV
LEFT = int(AFTER) if IS_IT else -1
COUNT = 0
def hook(event, args):
    global LEFT, COUNT
    if event not in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") or not args:
        return
    if event == "open" and not (isinstance(args[1], str) and set(args[1]) & set("wxa+")) and not args[2] & (os.O_WRONLY | os.O_RDWR):
        return
    path = os.path.abspath(args[0]) if isinstance(args[0], str) else ""
    if not path.startswith(os.path.join(sys.prefix, "lib")) and not path.startswith(os.path.join(sys.prefix, "bin")):
        return
    COUNT += 1
    if COUNT == LEFT:
        LEFT = -1
        if WHOM == "caller":
            os.kill(os.getppid(), signal.SIGKILL)
        else:
            os.kill(os.getpid(), signal.SIGKILL)
def told():
    with open(CONTROL + "-count", "w") as file:
        file.write(str(COUNT))
if IS_IT:
    import atexit
    sys.addaudithook(hook)
    atexit.register(told)
`;

/** Makes every Python of the environment one that `killAt` can kill in the middle of its work. */
export async function layKiller(dir: string): Promise<void> {
  const packages = await packagesOf(dir);
  await writeFile(join(packages, "killer_of_tests.py"), KILLER);
  await writeFile(join(packages, "killer.pth"), "import killer_of_tests\n");
}

/**
 * The next Python that installs or clears is killed just before its n-th change to the environment; 0: it is counted
 * only. With `caller` it is the process that has started it.
 */
export async function killAt(dir: string, work: "install" | "clear", n: number, whom = "itself"): Promise<void> {
  await writeFile(join(dir, "env/kill"), `${work} ${n} ${whom}`);
}

/** How many changes the last one that ended by itself has made. */
export async function counted(dir: string): Promise<number> {
  return Number(await readFile(join(dir, "env/kill-count"), "utf8"));
}

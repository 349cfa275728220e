import {
  access,
  chmod,
  chown,
  copyFile,
  mkdir,
  readFile,
  realpath,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../system/run.ts";
import {
  foldersOf,
  installedDistribution,
  leftoversOf,
  lookUpDistribution,
  type PythonParts,
  readRecord,
} from "./index.ts";

const PYTHON = "/usr/bin/python3";

/** Whoever only looks: starts nothing, remembers nothing. */
const LOOKING: PythonParts = { cachePath: null };

/** A project that needs nothing to be built. */
const PYPROJECT = `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`;
const BACKEND = `import zipfile
def build_wheel(folder, settings=None, metadata=None):
    name = "some_demo-1.2.dev3-py3-none-any.whl"
    info = "some_demo-1.2.dev3.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("some_demo/__init__.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: Some.Demo\\nVersion: 1.2.dev3\\nRequires-Python: >=3.8\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "some_demo/__init__.py,,\\n")
    return name
`;

let dir: TempDir;
let sitePackages: string;
let commit: string;

async function succeed(argv: string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, { timeoutMs: 120_000, env: { PATH: process.env.PATH, ...env } });
  if (code !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
  return stdout.trim();
}

beforeAll(async () => {
  dir = await TempDir.create();
  // Who may do nothing is to be let in: as root asks.
  await chmod(dir.path, 0o755);
  const [alone, sharing, project] = [dir.join("alone"), dir.join("sharing"), dir.join("project")];
  await succeed([PYTHON, "-m", "venv", "--without-pip", alone]);
  await succeed([PYTHON, "-m", "venv", "--without-pip", "--system-site-packages", sharing]);
  await mkdir(project);
  await writeFile(join(project, "pyproject.toml"), PYPROJECT);
  await writeFile(join(project, "backend.py"), BACKEND);
  const git = ["git", "-C", project, "-c", "user.name=x", "-c", "user.email=x@example.org"];
  const none = { HOME: dir.path, GIT_CONFIG_NOSYSTEM: "1" };
  for (const args of [
    ["init", "-q", "-b", "dev"],
    ["add", "."],
    ["commit", "-qm", "x"],
  ])
    await succeed([...git, ...args], none);
  commit = await succeed([...git, "rev-parse", "HEAD"], none);
  const pip = [
    PYTHON,
    "-m",
    "pip",
    "--python",
    join(alone, "bin", "python"),
    "install",
    "-q",
    "--no-index",
    "--no-deps",
  ];
  await succeed([...pip, "--no-build-isolation", `git+file://${project}@dev`], {
    ...none,
    PIP_CONFIG_FILE: "/dev/null",
  });
  const lib = await succeed([
    join(alone, "bin", "python"),
    "-I",
    "-c",
    "import site; print(site.getsitepackages()[0])",
  ]);
  sitePackages = lib;
});

afterAll(async () => {
  await dir[Symbol.asyncDispose]();
});

test("what pip has installed from a branch is known by version, commit and branch, without starting anything", async () => {
  const path = join(sitePackages, "some_demo-1.2.dev3.dist-info");
  const whole = {
    name: "Some.Demo",
    version: "1.2.dev3",
    commit,
    channel: "dev",
    requiresPython: ">=3.8",
    path,
    folder: sitePackages,
    stale: [],
  };
  expect(await installedDistribution({ venv: dir.join("alone") }, "some-demo", LOOKING)).toEqual(whole);
  expect(await installedDistribution({ python: dir.join("alone", "bin", "python3") }, "SOME_demo", LOOKING)).toEqual(
    whole,
  );
  await symlink("alone", dir.join("current"));
  expect(await installedDistribution({ venv: dir.join("current") }, "some.demo", LOOKING)).toEqual(whole);
  expect(await installedDistribution({ python: dir.join("current", "bin", "python") }, "some.demo", LOOKING)).toEqual(
    whole,
  );
});

test("what pip lists as its files is there", async () => {
  const record = await readRecord(join(sitePackages, "some_demo-1.2.dev3.dist-info"));
  expect(record?.map(({ path }) => path)).toContain("some_demo-1.2.dev3.dist-info/direct_url.json");
  for (const { path } of record ?? []) await access(join(sitePackages, path));
});

test("no environment, no interpreter and nothing of that name are no error: there is none", async () => {
  expect(await installedDistribution({ venv: dir.join("nowhere") }, "x", LOOKING)).toBeNull();
  expect(await installedDistribution({ venv: dir.path }, "x", LOOKING)).toBeNull();
  expect(await installedDistribution({ python: dir.join("nowhere", "bin", "python3") }, "x", LOOKING)).toBeNull();
  expect(await installedDistribution({ venv: dir.join("alone") }, "demo", LOOKING)).toBeNull();
  // The system's pip is seen by who shares its packages, and by nobody else.
  expect(await installedDistribution({ venv: dir.join("alone") }, "pip", LOOKING)).toBeNull();
});

test("folders are those of Python's own search, in its order, the user's included", async () => {
  const home = dir.join("home");
  const users = join(
    home,
    (await succeed([PYTHON, "-c", "import site; print(site.getusersitepackages())"], { HOME: "/h" })).slice(3),
  );
  await mkdir(join(users, "of_mine-2.0.dist-info"), { recursive: true });
  await writeFile(join(users, "of_mine-2.0.dist-info", "METADATA"), "Name: of-mine\nVersion: 2.0\n");
  await mkdir(join(users, "pip-0.1.dist-info"));
  await writeFile(join(users, "pip-0.1.dist-info", "METADATA"), "Name: pip\nVersion: 0.1\n");
  const parts: PythonParts = { cachePath: dir.join("python.json"), run };

  const program = "import importlib.metadata as m, json, sys; print(json.dumps([m.version('pip'), sys.path]))";
  for (const python of [PYTHON, dir.join("sharing", "bin", "python")]) {
    for (const userHome of [home, null]) {
      const where = { python, userHome };
      const { own, shared } = await foldersOf(where, parts);
      const folders = [...own, ...(await shared())];
      const isolated = userHome === null ? ["-I"] : [];
      const env: Record<string, string> = userHome === null ? {} : { HOME: userHome };
      const [pip, searched] = JSON.parse(await succeed([python, ...isolated, "-c", program], env)) as [
        string,
        string[],
      ];
      expect(searched.filter((path) => folders.includes(path))).toEqual(
        folders.filter((path) => searched.includes(path)),
      );
      expect(searched.filter((path) => /(site|dist)-packages$/.test(path) && !folders.includes(path))).toEqual([]);
      expect((await installedDistribution(where, "pip", parts))?.version).toBe(pip);
      const mine = await installedDistribution(where, "of.mine", parts);
      expect(mine?.version).toBe(userHome === null ? undefined : "2.0");
    }
  }
});

/** An interpreter of a test's own, by a link, and how often it was asked. */
async function interpreter(name: string) {
  const [python, program] = [dir.join(`${name}-link`), dir.join(name)];
  await writeFile(program, `#!/bin/sh\nexec ${PYTHON} "$@"\n`, { mode: 0o755 });
  await symlink(program, python);
  let asked = 0;
  const counting: PythonParts["run"] = (...args) => {
    asked++;
    return run(...args);
  };
  const folders = async (parts: PythonParts) => (await foldersOf({ python }, parts)).shared();
  return { python, program, run: counting, folders, asked: () => asked };
}

test("an interpreter is asked once, by whoever may start it, and again when it is another file", async () => {
  const { python, program, run, folders, asked } = await interpreter("asked");
  const cachePath = dir.join("asked.json");
  await expect(folders({ cachePath })).rejects.toMatchObject({ code: "requires_unmet", fields: { path: python } });
  // Where nothing can be written, and where it can.
  const first = await folders({ cachePath: dir.join("no", "such", "folder"), run });
  expect(first.length).toBeGreaterThan(0);
  expect(await folders({ cachePath, run })).toEqual(first);
  expect(asked()).toBe(1);
  await utimes(program, 1, 1);
  expect(await folders({ cachePath, run })).toEqual(first);
  expect(await folders({ cachePath, run })).toEqual(first);
  expect(asked()).toBe(2);
});

test.skipIf(process.geteuid?.() !== 0)(
  "root never runs an interpreter that others may change: nobody does",
  async () => {
    const program = dir.join("theirs");
    const said = dir.join("said");
    await writeFile(said, "");
    await chmod(said, 0o666);
    await writeFile(program, `#!/bin/sh\nid -u >> ${said}\nexec ${PYTHON} "$@"\n`, { mode: 0o755 });
    await chown(program, 59_322, 59_322);
    const folders = (python: string) => foldersOf({ python }, { cachePath: null, run }).then(({ shared }) => shared());
    expect((await folders(program)).length).toBeGreaterThan(0);
    expect(await readFile(said, "utf8")).toBe("65534\n");

    // Where nobody may enter, root's own is asked by root, and theirs not at all.
    await mkdir(dir.join("closed"), { mode: 0o700 });
    for (const [name, owner] of [
      ["theirs", 59_322],
      ["own", 0],
    ] as const) {
      await copyFile(program, dir.join("closed", name));
      await chown(dir.join("closed", name), owner, owner);
    }
    await expect(folders(dir.join("closed/theirs"))).rejects.toMatchObject({ code: "requires_unmet" });
    expect((await folders(dir.join("closed/own"))).length).toBeGreaterThan(0);
    expect(await readFile(said, "utf8")).toBe("65534\n0\n");
  },
);

test("what an interpreter said is remembered for other processes, and a damaged memory counts as none", async () => {
  const { python, run, folders, asked } = await interpreter("noted");
  const cachePath = dir.join("noted.json");
  const first = await folders({ cachePath, run });
  const ours = await readFile(cachePath, "utf8");

  // One that this process hasn't asked: the memory is all it has.
  const other = await interpreter("of-another-process");
  const answer = (JSON.parse(ours) as Record<string, { identity: string }>)[python];
  const { ino, size, mtimeMs } = await stat(other.program);
  const identity = [await realpath(other.program), ino, size, mtimeMs, "", ""].join(" ");
  const memory = (entry: unknown) => writeFile(cachePath, JSON.stringify({ x: null, [other.python]: entry }));
  await memory({ ...answer, identity });
  expect(await other.folders({ cachePath })).toEqual(first);
  for (const damaged of [
    { ...answer, identity: 1 },
    { ...answer, identity, own: ["x"] },
    { ...answer, identity, user: [] },
    [],
  ]) {
    await memory(damaged);
    await expect(other.folders({ cachePath })).rejects.toMatchObject({ code: "requires_unmet" });
  }
  await writeFile(cachePath, ours.slice(0, -20));
  await expect(other.folders({ cachePath })).rejects.toMatchObject({ code: "requires_unmet" });
  expect(await other.folders({ cachePath, run: other.run })).toEqual(first);
  expect([asked(), other.asked()]).toEqual([1, 1]);
});

test.each([
  ["says nothing", "exit 0"],
  ["fails", "echo 'No module named site' >&2; exit 1"],
  ["says something else", "echo hello"],
  ["names no folders", 'echo \'{"own": [], "base": [], "user": "/x"}\''],
  ["is no program", null],
])("an interpreter that %s is an error with what to do", async (name, script) => {
  const python = dir.join(`bad ${name}`);
  await writeFile(python, `#!/bin/sh\n${script ?? ""}\n`);
  if (script !== null) await chmod(python, 0o755);
  await expect(installedDistribution({ python }, "x", { cachePath: null, run })).rejects.toMatchObject({
    code: "requires_unmet",
    message: expect.stringContaining("install.pip.python"),
    fields: { path: python },
  });
});

/** A virtual environment's outline with the given dist-infos, by folder's name. */
async function environmentWith(
  name: string,
  infos: Record<string, string | null>,
): Promise<{ venv: string; site: string }> {
  const venv = dir.join(name);
  const site = join(venv, "lib", "python3.11", "site-packages");
  await mkdir(site, { recursive: true });
  await writeFile(
    join(venv, "pyvenv.cfg"),
    "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n",
  );
  for (const [info, metadata] of Object.entries(infos)) {
    await mkdir(join(site, info));
    if (metadata !== null) await writeFile(join(site, info, "METADATA"), metadata);
  }
  return { venv, site };
}

test("of several of one name the newest whole one counts, and the others are told", async () => {
  const { venv, site } = await environmentWith("several", {
    "demo-1.0.9.dist-info": "Name: demo\nVersion: 1.0.9\n",
    "Demo-1.0.10.dev2.dist-info": "Name: Demo\nVersion: 1.0.10.dev2\n",
    "demo-1.0.10.dev10.dist-info": "Name: demo\nVersion: 1.0.10.dev10\n",
    "demo-2.0.dist-info": "Name: demo\nVersion: 2.",
    "demo-3.0.dist-info": null,
    "demo.egg-info": null,
    "demo_more-9.dist-info": "Name: demo-more\nVersion: 9\n",
    "~emo-1.0.9.dist-info": "Name: demo\nVersion: 1.0.9\n",
  });
  // Debian has both forms of one version: that is no fault.
  await writeFile(join(site, "demo.egg-info", "PKG-INFO"), "Name: demo\nVersion: 1.0.10.dev10\n");
  const { installed, remains } = await lookUpDistribution({ venv }, "demo", LOOKING);
  expect(installed?.version).toBe("1.0.10.dev10");
  const reasons = Object.fromEntries(remains.map(({ path, why }) => [path.slice(site.length + 1), why]));
  expect(reasons).toEqual({
    "demo-1.0.9.dist-info": "older",
    "Demo-1.0.10.dev2.dist-info": "older",
    "demo-2.0.dist-info": "damaged",
    "demo-3.0.dist-info": "empty",
    "~emo-1.0.9.dist-info": "leftover",
  });
  expect([...(installed?.stale ?? [])].sort()).toEqual(remains.map(({ path }) => path).sort());
});

test("a damaged one alone is no version, and says why", async () => {
  const { venv } = await environmentWith("damaged", { "demo-2.0.dist-info": "\0\0\0" });
  const { installed, remains } = await lookUpDistribution({ venv }, "demo", LOOKING);
  expect(installed).toBeNull();
  expect(remains).toMatchObject([{ why: "damaged", detail: expect.stringContaining("METADATA") }]);
});

test("of an environment that was upgraded the packages of its present Python count", async () => {
  const { venv, site } = await environmentWith("upgraded", { "demo-1.0.dist-info": "Name: demo\nVersion: 1.0\n" });
  const former = join(venv, "lib", "python3.9", "site-packages", "demo-0.9.dist-info");
  await mkdir(former, { recursive: true });
  await writeFile(join(former, "METADATA"), "Name: demo\nVersion: 0.9\n");
  expect(await installedDistribution({ venv }, "demo", LOOKING)).toMatchObject({ version: "1.0", folder: site });
});

test("what a killed pip has left is found by its lists of files, in whichever state they are", async () => {
  const { site } = await environmentWith("killed", {
    "demo-2.0.dist-info": "Name: demo\nVersion: 2.0\n",
    "~emo-1.0.dist-info": "Name: demo\nVersion: 1.0\n",
    "~ther-1.0.dist-info": "Name: other\nVersion: 1.0\n",
  });
  await writeFile(join(site, "~emo-1.0.dist-info", "RECORD"), "demo/__init__.py,,\nsingle.py,,\n../../../bin/x,,\n");
  await writeFile(join(site, "demo-2.0.dist-info", "RECORD"), '"unfinished');
  for (const folder of ["~emo", "~-mo", "demo", "~ther", "~"]) await mkdir(join(site, folder));
  await writeFile(join(site, "~ingle.py"), "");
  expect((await leftoversOf(site, "Demo")).map((path) => path.slice(site.length + 1)).sort()).toEqual([
    "~-mo",
    "~emo",
    "~emo-1.0.dist-info",
    "~ingle.py",
  ]);
  expect(await leftoversOf(dir.join("nowhere"), "Demo")).toEqual([]);
});

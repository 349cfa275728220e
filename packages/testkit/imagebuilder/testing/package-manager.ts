import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MirrorServer, TempDir } from "../../index.ts";
import type { Generation } from "../../mirror/world/package.ts";
import { type SmallPackage, smallFeed } from "./small-feed.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const SCRIPTS = join(HERE, "../archive/scripts");
/** What python makes of the scripts must not lie beside them, where the archive is made of. */
const COMPILED = join(HERE, "../../../../.cache/python");
/** The system's own programs, as a build has them. */
const PATH = "/usr/bin:/bin:/usr/sbin:/sbin";
const TIME_LIMIT_MS = 20_000;

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** An ImageBuilder's folder with nothing in it but what its package manager needs, and feeds of its own on a mirror. */
export class PackageManager implements AsyncDisposable {
  readonly generation: Generation;
  readonly #mirror: MirrorServer;
  readonly #dir: TempDir;
  readonly #feeds: string[] = [];

  private constructor(generation: Generation, mirror: MirrorServer, dir: TempDir) {
    this.generation = generation;
    this.#mirror = mirror;
    this.#dir = dir;
  }

  static async create(generation: Generation, mirror: MirrorServer): Promise<PackageManager> {
    const manager = new PackageManager(generation, mirror, await TempDir.create("package-manager-"));
    for (const folder of ["keys", "packages", "root/tmp"]) await mkdir(manager.path(folder), { recursive: true });
    const { usign, apk } = mirror.keys;
    await writeFile(manager.path("keys", usign.fingerprint), usign.public);
    await writeFile(manager.path("keys/mirror.pem"), apk.pem);
    return manager;
  }

  /** A path in the folder. */
  path(...parts: string[]): string {
    return this.#dir.join(...parts);
  }

  /** Publishes a feed and lists it. Answers its path on the mirror, which no other test has. */
  async feed(packages: readonly SmallPackage[], address = this.#mirror.url): Promise<string> {
    const path = `small/${this.#dir.path.replaceAll("/", "-")}/${this.#feeds.length}`;
    this.publish(path, packages);
    this.#feeds.push(`${address}/${path}`);
    await this.#list();
    return path;
  }

  /** Puts other packages into a feed. */
  publish(path: string, packages: readonly SmallPackage[]): void {
    for (const [name, bytes] of smallFeed(this.generation, packages)) this.#mirror.put(`${path}/${name}`, bytes);
  }

  /** Takes every feed as it is now and installs, as `make` does it: what opkg says of its lists goes to stderr. */
  async install(...names: string[]): Promise<Ran> {
    if (this.generation === "apk") return await this.run("add", ...names);
    const lists = await this.run("update");
    const ran = await this.run("install", ...names);
    return { ...ran, stderr: lists.stdout + lists.stderr + ran.stderr };
  }

  async run(...args: string[]): Promise<Ran> {
    return await this.runWith({}, ...args);
  }

  /** Runs the command to its end. */
  async runWith(environment: Record<string, string>, ...args: string[]): Promise<Ran> {
    return await finished(this.start(environment, ...args));
  }

  /** `prefix`: a command that runs it. */
  start(environment: Record<string, string>, ...args: string[]): ChildProcess {
    return this.startBy([], environment, ...args);
  }

  startBy(prefix: readonly string[], environment: Record<string, string>, ...args: string[]): ChildProcess {
    const { file, options } = COMMANDS[this.generation];
    const [command = "python3", ...rest] = [...prefix, "python3", "-S", join(SCRIPTS, file), ...options];
    const common = ["--keys", "keys", "--dl", "dl", "--root", "root", "--arch", "mips_24kc"];
    return spawn(command, [...rest, ...common, ...args], {
      cwd: this.#dir.path,
      env: { PATH, LC_ALL: "C", PYTHONPYCACHEPREFIX: COMPILED, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIME_LIMIT_MS,
      detached: true,
    });
  }

  /** Names of what the root's database says is installed, sorted; without asking the package manager. */
  async installed(): Promise<string[]> {
    const { database, line } = COMMANDS[this.generation];
    const text = await readFile(this.path("root", database), "utf8").catch(() => "");
    return [...text.matchAll(line)].map(([, name = ""]) => name).sort();
  }

  /** `name - version` of what is installed, as the package manager lists it. */
  async manifest(...options: string[]): Promise<string[]> {
    const { stdout } = await this.run(...options, "manifest");
    return stdout.split("\n").filter(Boolean);
  }

  /** A file of the root. */
  async content(path: string): Promise<string> {
    return await readFile(this.path("root", path), "utf8");
  }

  /** The names in the cache. */
  async cached(): Promise<string[]> {
    return (await readdir(this.path("dl"))).sort();
  }

  async clearRoot(): Promise<void> {
    await rm(this.path("root"), { recursive: true });
    await mkdir(this.path("root/tmp"), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }

  async #list(): Promise<void> {
    const lines =
      this.generation === "apk"
        ? ["# feeds", ...this.#feeds.map((url) => `${url}/packages.adb`)]
        : [...this.#feeds.map((url, at) => `src/gz feed_${at} ${url}`), "", "option check_signature"];
    await writeFile(this.path(COMMANDS[this.generation].feeds), `${lines.join("\n")}\n`);
  }
}

const COMMANDS = {
  opkg: {
    file: "opkg.py",
    feeds: "repositories.conf",
    options: ["--conf", "repositories.conf"],
    database: "usr/lib/opkg/status",
    line: /^Package: (.+)$/gm,
  },
  apk: {
    file: "apk.py",
    feeds: "repositories",
    options: ["--repositories", "repositories"],
    database: "lib/apk/db/installed",
    line: /^P:(.+)$/gm,
  },
};

/** Runs a script of this folder that uses the package managers' modules. */
export async function check(script: string, args: readonly string[], input = ""): Promise<Ran> {
  const child = spawn("python3", ["-S", join(HERE, script), ...args], {
    env: { PATH, PYTHONPATH: SCRIPTS, PYTHONPYCACHEPREFIX: COMPILED },
    timeout: TIME_LIMIT_MS,
  });
  child.stdin.end(input);
  return await finished(child);
}

/** Waits for the end. */
export async function finished(child: ChildProcess): Promise<Ran> {
  const parts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (parts.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (parts.stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...parts };
}

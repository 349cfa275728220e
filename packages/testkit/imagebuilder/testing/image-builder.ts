import { execFile, spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type MirrorServer, TempDir } from "../../index.ts";
import { get } from "../../mirror/testing/get.ts";

const run = promisify(execFile);
const TIME_LIMIT_MS = 60_000;
/** Programs of the system: shims that people put before them take longer to start than most of the programs run. */
const PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface MakeOptions {
  /** A command that runs make, with its first arguments. */
  by?: readonly string[];
  environment?: Record<string, string>;
  /** Told of the process, whose group is its own. */
  started?: (pid: number) => void;
}

/** An ImageBuilder that was fetched from a mirror and unpacked as its users do, its feeds on that mirror. */
export class ImageBuilder implements AsyncDisposable {
  readonly #dir: TempDir;
  /** Below the folder of its own. */
  readonly #name: string;

  private constructor(dir: TempDir, name: string) {
    this.#dir = dir;
    this.#name = name;
  }

  /** `releases/24.10.5/targets/ath79/generic`. `name`: of the folder it is in. */
  static async unpack(mirror: MirrorServer, path: string, name = "builder"): Promise<ImageBuilder> {
    const dir = await TempDir.create("image-builder-");
    const archive = await archiveName(mirror, path);
    await writeFile(dir.join(archive), (await get(mirror, `${path}/${archive}`)).body);
    await run("mkdir", [dir.join(name)]);
    await run("tar", ["-C", dir.join(name), "--no-same-owner", "--strip-components=1", "-xf", dir.join(archive)]);
    const builder = new ImageBuilder(dir, name);
    await builder.useMirror(mirror.url);
    return builder;
  }

  path(...parts: string[]): string {
    return this.#dir.join(this.#name, ...parts);
  }

  /** A path beside it. */
  beside(...parts: string[]): string {
    return this.#dir.join(...parts);
  }

  /** Another one that has all this one has, in another folder. */
  async copy(name: string): Promise<ImageBuilder> {
    await run("cp", ["-a", this.path(), this.beside(name)]);
    return new ImageBuilder(this.#dir, name);
  }

  async useMirror(url: string): Promise<void> {
    await this.edit("repositories", (text) => text.replaceAll("https://downloads.openwrt.org", url));
  }

  /** Changes the first file whose name begins so. */
  async edit(prefix: string, change: (text: string) => string): Promise<void> {
    const found = (await readdir(this.path())).find((name) => name.startsWith(prefix));
    const file = this.path(found ?? prefix);
    await writeFile(file, change(await readFile(file, "utf8")));
  }

  /** Runs make to its end. */
  async make(args: readonly string[], { by = [], environment = {}, started }: MakeOptions = {}): Promise<Ran> {
    const [command = "make", ...rest] = [...by, "make", ...args];
    const child = spawn(command, rest, {
      cwd: this.path(),
      env: { PATH, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      timeout: TIME_LIMIT_MS,
    });
    if (child.pid) started?.(child.pid);
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    const code = await new Promise<number | null>((done) => child.on("close", done));
    return { code, ...output };
  }

  /** Makes an image into a new folder beside it, which is answered with what was said. */
  async image(output: string, ...args: string[]): Promise<Ran & { output: string }> {
    const ran = await this.make(["image", `BIN_DIR=${this.beside(output)}`, ...args]);
    return { ...ran, output: this.beside(output) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** As sha256sums has it. */
export async function archiveName(mirror: MirrorServer, path: string): Promise<string> {
  const sums = (await get(mirror, `${path}/sha256sums`)).text();
  const [, name] = / \*(\S+-imagebuilder-\S+\.tar\.\w+)$/m.exec(sums) ?? [];
  if (!name) throw new Error(`no ImageBuilder in ${path}`);
  return name;
}

/** The one file of a folder whose name ends so. */
export async function fileEnding(folder: string, ending: string): Promise<string> {
  const found = (await readdir(folder)).filter((name) => name.endsWith(ending));
  if (found.length !== 1) throw new Error(`${found.length} files of ${folder} end in ${ending}`);
  return join(folder, found[0] ?? "");
}

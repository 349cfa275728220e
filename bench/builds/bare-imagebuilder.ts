import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type MirrorServer, TempDir } from "@pawl/testkit";
import type { Wanted } from "./watched-build.ts";

const run = promisify(execFile);
/** Nothing but what the distribution of this machine brings, as in our sandbox. */
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const CANONICAL = "https://downloads.openwrt.org";
const MOST_OUTPUT = 64 * 1024 * 1024;

/** An unpacked ImageBuilder, used as by hand. */
export class BareImageBuilder implements AsyncDisposable {
  readonly #dir: TempDir;

  /** Fetched from a mirror, which is also where it will fetch packages from. */
  static async open(mirror: Pick<MirrorServer, "url">, { version, target }: Wanted): Promise<BareImageBuilder> {
    await using taken = new AsyncDisposableStack();
    const dir = taken.use(await TempDir.create("pawl-bench-bare-"));
    const name = `openwrt-imagebuilder-${version}-${target.replace("/", "-")}.Linux-x86_64.tar.zst`;
    const response = await fetch(`${mirror.url}/releases/${version}/targets/${target}/${name}`);
    if (!response.ok) throw new Error(`${name} was answered ${response.status}`);
    await writeFile(dir.join(name), Buffer.from(await response.arrayBuffer()));
    const pristine = dir.join("pristine");
    await run("mkdir", [pristine]);
    await run("tar", ["--no-same-owner", "--strip-components=1", "-C", pristine, "-xf", dir.join(name)]);
    const repositories = `${pristine}/repositories.conf`;
    const text = await readFile(repositories, "utf8");
    await writeFile(repositories, text.replaceAll(CANONICAL, mirror.url));
    taken.move();
    return new BareImageBuilder(dir);
  }

  private constructor(dir: TempDir) {
    this.#dir = dir;
  }

  /** Milliseconds that the bare commands take in a copy that nothing was built in. */
  async build({ profile, packages }: Wanted): Promise<number> {
    await using work = await TempDir.create("pawl-bench-bare-build-");
    const [tree, out] = [work.join("tree"), work.join("out")];
    await cp(this.#dir.join("pristine"), tree, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    const asked = [`PROFILE=${profile}`, `PACKAGES=${packages.join(" ")}`];
    const make = (...args: string[]) => run("make", args, { cwd: tree, env: { PATH }, maxBuffer: MOST_OUTPUT });
    const start = performance.now();
    await make("info");
    await make("manifest", ...asked, "STRIP_ABI=1");
    await make("image", ...asked, `BIN_DIR=${out}`);
    return performance.now() - start;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dir[Symbol.asyncDispose]();
  }
}

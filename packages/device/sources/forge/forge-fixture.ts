import { writeFile } from "node:fs/promises";
import { FakeForge, type FakeForgeOptions, TempDir } from "@pawl/testkit";
import { giteaSource } from "../gitea/index.ts";
import { githubSource } from "../github/index.ts";
import type { ReadLimits, ReleaseList } from "../types.ts";

/** A forge and a folder for what its source remembers. */
export class ForgeBench implements AsyncDisposable {
  readonly forge: FakeForge;
  readonly dir: TempDir;
  readonly #kind: FakeForgeOptions["kind"];

  private constructor(forge: FakeForge, dir: TempDir, kind: FakeForgeOptions["kind"]) {
    this.forge = forge;
    this.dir = dir;
    this.#kind = kind;
  }

  static async start(options: FakeForgeOptions): Promise<ForgeBench> {
    return new ForgeBench(await FakeForge.start(options), await TempDir.create(), options.kind);
  }

  /** A new one each time, as after a restart. With `token` it reads that from a file. */
  async source({
    token,
    url = this.forge.url,
    repo = "me/pi-kit",
    limits = { timeoutMs: 2000, idleMs: 300 },
  }: {
    token?: string;
    url?: string;
    repo?: string;
    limits?: ReadLimits;
  } = {}): Promise<ReleaseList> {
    const token_file = token === undefined ? undefined : this.dir.join("token");
    if (token_file !== undefined) await writeFile(token_file, `${token}\n`);
    const make = this.#kind === "github" ? githubSource : giteaSource;
    const parts = { cacheDir: this.dir.join("cache"), userAgent: "pawl/0.1.0" };
    return make({ url, repo, token_file }, parts, limits);
  }

  /** `method origin path → status` of every request so far. */
  asked(): string[] {
    return this.forge.requests.map(({ origin, path, query, status }) => `${origin} ${path}${query} ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forge[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }
}

/** The three files of a release, with contents that say whose they are. */
export function assetsOf(version: string): Record<string, string> {
  return {
    [`pi-kit-${version}.tar.gz`]: `bundle of ${version}`,
    "manifest.json": JSON.stringify({ version, files: [] }),
    "manifest.json.sig": `ed25519:${version}\n`,
  };
}

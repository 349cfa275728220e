import { writeFile } from "node:fs/promises";
import { FakeForge, type FakeForgeOptions, TempDir } from "@pawl/testkit";
import type { Asked, Source } from "../../types.ts";
import { type BranchLimits, githubBranches } from "./index.ts";

/** What a project with a version counted from its tags has; another text is another commit. */
export const DYNAMIC = '[project]\nname = "kettle"\ndynamic = ["version"]\n\n[tool.setuptools_scm]\n';

export function pinnedAt(version: string): string {
  return `[project]\nname = "kettle"\nversion = "${version}"\n`;
}

/** Longer than anything here takes on a busy machine. */
const PATIENCE_MS = 60_000;

/** GitHub, and a folder for what its source remembers. */
export class BranchBench implements AsyncDisposable {
  readonly forge: FakeForge;
  readonly dir: TempDir;

  private constructor(forge: FakeForge, dir: TempDir) {
    this.forge = forge;
    this.dir = dir;
  }

  static async start(options: Partial<FakeForgeOptions> = {}): Promise<BranchBench> {
    return new BranchBench(await FakeForge.start({ kind: "github", ...options }), await TempDir.create());
  }

  /** A new one each time, as after a restart. With `token` it reads that from a file. */
  async source({ token, ...limits }: { token?: string } & Partial<BranchLimits> = {}): Promise<Source> {
    const token_file = token === undefined ? undefined : this.dir.join("token");
    if (token_file !== undefined) await writeFile(token_file, `${token}\n`);
    const parts = { cacheDir: this.dir.join("cache"), userAgent: "pawl/0.1.0" };
    return githubBranches({ url: this.forge.url, repo: "me/pi-kit", token_file }, parts, {
      timeoutMs: PATIENCE_MS,
      idleMs: PATIENCE_MS,
      ...limits,
    });
  }

  /** What is on offer in a channel, and for what its head stands. */
  async look(
    channel = "main",
    installed: Asked["installed"] = null,
    options: Parameters<BranchBench["source"]>[0] = {},
  ) {
    const source = await this.source(options);
    const { offers, channels } = await source.look({ channel, installed }, AbortSignal.timeout(PATIENCE_MS));
    return { offers, channels, head: offers.find((offer) => offer.channel === channel) ?? null };
  }

  async changes(installed: Asked["installed"], max = 40, channel = "main") {
    const source = await this.source();
    return (
      source.branches?.changes({ channel, installed }, max, AbortSignal.timeout(PATIENCE_MS)) ?? {
        latest: null,
        changes: [],
      }
    );
  }

  /** `path → status` of every request since this was last asked, below the repository's address. */
  asked(): string[] {
    const requests = this.forge.requests.splice(0);
    return requests.map(({ path, query, status }) => `${path.replace(/^\/repos\/me\/pi-kit\//, "")}${query} ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forge[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }
}

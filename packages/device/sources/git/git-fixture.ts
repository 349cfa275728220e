import { GitServer, type GitServerOptions, TempDir } from "@pawl/testkit";
import { run } from "../../system/run.ts";
import type { RunOptions, RunResult } from "../../system/types.ts";
import type { Source } from "../types.ts";
import { GIT_LIMITS, type GitLimits } from "./git.ts";
import { gitSource } from "./index.ts";

/** One git that was started. */
export interface Started {
  argv: readonly string[];
  env: RunOptions["env"];
}

/** A server, a folder for what sources remember, and every git that they started. */
export class GitFixture implements AsyncDisposable {
  readonly server: GitServer;
  readonly dir: TempDir;
  started: Started[] = [];
  #caches = 0;

  private constructor(server: GitServer, dir: TempDir) {
    this.server = server;
    this.dir = dir;
  }

  static async start(options: GitServerOptions = {}): Promise<GitFixture> {
    return new GitFixture(await GitServer.start(options), await TempDir.create("pawl-git-source-"));
  }

  urlOf(name: string): string {
    return `${this.server.url}/${name}.git`;
  }

  /** A folder for one source's memory. */
  cache(): string {
    return this.dir.join(`cache-${++this.#caches}`);
  }

  source(
    config: { url: string; token_file?: string; key_file?: string; known_hosts_file?: string },
    { cacheDir = this.cache(), limits = {} }: { cacheDir?: string; limits?: Partial<GitLimits> } = {},
  ): Source {
    const recording = (argv: readonly string[], options: RunOptions): Promise<RunResult> => {
      this.started.push({ argv, env: options.env });
      return run(argv, options);
    };
    const parts = { cacheDir, userAgent: "pawl/test", run: recording };
    return gitSource(config, parts, { ...GIT_LIMITS, ...limits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }
}

export const NEVER: AbortSignal = new AbortController().signal;

/** What came of a look that should fail, in what a test compares; null when it didn't. */
export function failure(look: Promise<unknown>) {
  return look.then(
    () => null,
    (error) => ({ code: error.code, message: error.message, detail: error.fields?.detail ?? "" }),
  );
}

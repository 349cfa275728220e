import { access } from "node:fs/promises";
import { dirname } from "node:path";
import type { GitSource } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { isMissing } from "../../system/run.ts";
import type { Run, RunOptions, RunResult } from "../../system/types.ts";
import { readToken } from "../token-file.ts";
import { gitEnvironment, proxiesOf } from "./environment.ts";
import { gitMissing, gitTrouble, httpStatus } from "./git-trouble.ts";
import { redirectTarget } from "./redirect.ts";
import type { Remote } from "./remote.ts";

/** How long and how much, at most. */
export interface GitLimits {
  /** For the list of branches and tags, in milliseconds. */
  listMs: number;
  /** For objects. */
  fetchMs: number;
  /** For what only reads the disk. */
  localMs: number;
  /** Of silence of the host, in seconds. */
  idleSeconds: number;
  /** Of what git says at once, such as the list of branches and tags, in characters: then it is broken off. */
  outputMax: number;
  /** Of what a host sends in one go, in bytes on the disk. */
  packBytesMax: number;
}

export const GIT_LIMITS: GitLimits = {
  listMs: 60_000,
  fetchMs: 30 * 60_000,
  localMs: 2 * 60_000,
  idleSeconds: 20,
  outputMax: 32 * 1024 * 1024,
  packBytesMax: 4 * 1024 ** 3,
};

export type GitOptions = Partial<Pick<RunOptions, "input" | "onLine" | "timeoutMs">> & {
  signal: AbortSignal;
  /** Default: that of the limits. */
  outputMax?: number;
};

export interface GitParts {
  config: GitSource;
  remote: Remote;
  run: Run;
  /** Where git is started: a folder that is no repository; it need not be there. */
  home: string;
  limits: GitLimits;
}

/** Starts the system's git, either with the network or cut off from it. */
export class Git {
  readonly limits: GitLimits;
  /** Where the host is now, if it said that it has moved; forgotten with this process. */
  #remote: Remote;
  readonly #parts: GitParts;

  constructor(parts: GitParts) {
    this.#parts = parts;
    this.#remote = parts.remote;
    this.limits = parts.limits;
  }

  /** Where the repository is, for git. */
  get url(): string {
    return this.#remote.url;
  }

  /**
   * With the network; `origin` is the remote. Throws UpdateError in words for people when it fails. An http host may lead
   * elsewhere within itself, as after a change of the repository's name, and no further.
   */
  async online(
    args: readonly string[] | ((url: string) => readonly string[]),
    options: GitOptions,
  ): Promise<RunResult> {
    for (let hops = 0; ; hops++) {
      const authorization = await this.#authorization();
      const argv = typeof args === "function" ? args(this.#remote.url) : args;
      const result = await this.#start(argv, this.#onlineEnvironment(authorization), options);
      if (result.code === 0) return result;
      const status = httpStatus(result);
      if (this.#remote.transport === "http" && status !== null && status >= 300 && status < 400) {
        this.#remote = await redirectTarget(this.#remote, {
          authorization,
          hops,
          idleMs: this.limits.idleSeconds * 1000,
          signal: options.signal,
        });
        continue;
      }
      throw gitTrouble(result, {
        remote: this.#remote,
        secrets: secretsIn(authorization),
        seconds: (options.timeoutMs ?? this.limits.fetchMs) / 1000,
      });
    }
  }

  /** Without the network. How it ended is for the caller to judge, unless git isn't there, or says too much (`too_large`). */
  async offline(args: readonly string[], options: GitOptions): Promise<RunResult> {
    const env = gitEnvironment({ remote: this.#remote, network: null });
    const result = await this.#start(args, env, { timeoutMs: this.limits.localMs, ...options });
    if (isMissing(result, "git")) throw gitMissing();
    return result;
  }

  async #start(
    args: readonly string[],
    env: Record<string, string>,
    { signal, outputMax = this.limits.outputMax, ...options }: GitOptions,
  ): Promise<RunResult> {
    const { home, remote, run } = this.#parts;
    const tooMuch = new AbortController();
    let length = 0;
    const onLine = (line: string) => {
      length += line.length + 1;
      if (length > outputMax) tooMuch.abort();
      options.onLine?.(line);
    };
    // A doctor leaves no folders behind.
    const isThere = await access(home).then(
      () => true,
      () => false,
    );
    const result = await run(["git", ...args], {
      timeoutMs: this.limits.fetchMs,
      ...options,
      signal: AbortSignal.any([signal, tooMuch.signal]),
      onLine,
      cwd: isThere ? home : "/",
      // What lies above may be a repository with a configuration of its own.
      env: { ...env, GIT_CEILING_DIRECTORIES: dirname(home) },
      outputBytes: outputMax + 1,
    }).catch((error) => {
      signal.throwIfAborted();
      throw tooMuch.signal.aborted ? tooLong(remote) : error;
    });
    // Empty lines aren't told of.
    if (result.stdout.length > outputMax) throw tooLong(remote);
    return result;
  }

  #onlineEnvironment(authorization: string | null): Record<string, string> {
    const { key_file, known_hosts_file } = this.#parts.config;
    return gitEnvironment({
      remote: this.#remote,
      network: {
        authorization,
        keyFile: key_file ?? null,
        knownHostsFile: known_hosts_file ?? null,
        idleSeconds: this.limits.idleSeconds,
        proxies: proxiesOf(process.env),
      },
    });
  }

  /**
   * Hosts take a token for a password. Whose it is they know by themselves; `x-access-token` is what GitHub calls its
   * user, and Gitea, Forgejo and GitLab take any.
   */
  async #authorization(): Promise<string | null> {
    const { transport, user, authorization } = this.#remote;
    const { token_file } = this.#parts.config;
    if (transport !== "http") return null;
    if (token_file === undefined) return authorization;
    const pair = `${user ?? "x-access-token"}:${await readToken(token_file)}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  }
}

/** In every form in which a host could repeat them: `Basic …`, what is behind that, and the token or the password itself. */
function secretsIn(authorization: string | null): string[] {
  if (authorization === null) return [];
  const encoded = authorization.replace(/^Basic /, "");
  const password = Buffer.from(encoded, "base64")
    .toString()
    .replace(/^[^:]*:/, "");
  return [authorization, encoded, password];
}

function tooLong({ shown }: Remote): UpdateError {
  const sentence = `${shown} has more branches, tags or files, or longer texts with them, than Pawl reads.`;
  return new UpdateError("too_large", sentence);
}

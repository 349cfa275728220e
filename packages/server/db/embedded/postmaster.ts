import { join } from "node:path";
import type { Logger } from "pino";
import { ServerError } from "../../error.ts";
import type { Account } from "./account.ts";
import { passTo } from "./pass-to.ts";
import type { Programs } from "./programs.ts";
import { type Ending, type Spawned, spawnProgram } from "./run-program.ts";
import { wordFailure } from "./words.ts";

/** After a crash it reads its log again first, at most a few hundred megabytes of it. */
const READY_TIMEOUT_MS = 300_000;

/** How long each way of ending has: politely (it writes down what it holds), at once (it reads its log at the next start). */
const STOP_MS = { SIGINT: 30_000, SIGQUIT: 5_000, SIGKILL: 5_000 } as const;

/** Where it listens: in its own data folder, or at a port of this machine alone. */
export type Endpoint = { kind: "socket" } | { kind: "tcp"; port: number };

export interface PostmasterOptions {
  dataDir: string;
  programs: Programs;
  account: Account | null;
  endpoint: Endpoint;
  log: Logger;
  signal?: AbortSignal;
}

/** One run of PostgreSQL's server. */
export class Postmaster implements AsyncDisposable {
  /** When it has ended, for whatever reason. Never rejects. */
  readonly ended: Promise<Ending>;
  readonly #spawned: Spawned;
  readonly #log: Logger;
  #stopping: Promise<void> | null = null;

  private constructor(spawned: Spawned, log: Logger) {
    this.#spawned = spawned;
    this.#log = log;
    this.ended = spawned.ended;
  }

  /**
   * Resolves once it answers.
   * @throws ServerError `database_failed` with what PostgreSQL says about it; nothing runs then.
   */
  static async start(options: PostmasterOptions): Promise<Postmaster> {
    const { dataDir, programs, account, endpoint, log, signal } = options;
    const values = ownSettings(endpoint);
    signal?.throwIfAborted();
    await using passing = await passTo(account, [dataDir]);
    const [folder = dataDir] = passing.paths;
    const late = AbortSignal.timeout(READY_TIMEOUT_MS);
    const cut = signal ? AbortSignal.any([signal, late]) : late;
    const { promise: ready, resolve: become } = withResolvers<"ready" | "aborted">();
    const onAbort = () => become("aborted");
    cut.addEventListener("abort", onAbort, { once: true });
    const spawned = spawnProgram(programs.postgres, ["-D", folder, ...asArguments(values, folder)], {
      account,
      passing,
      onLine(line) {
        if (line.includes("database system is ready to accept connections")) become("ready");
        postmaster.#say(line);
      },
    });
    const postmaster = new Postmaster(spawned, log);
    const outcome = await Promise.race([ready, spawned.ended]);
    cut.removeEventListener("abort", onAbort);
    if (outcome === "ready") return postmaster;
    await postmaster.stop();
    signal?.throwIfAborted();
    const isLate = outcome === "aborted";
    const doing = `The database can't be started${isLate ? ` within ${READY_TIMEOUT_MS / 1_000} s` : ""}`;
    throw wordFailure(doing, dataDir, spawned.lines, isLate ? late.reason : outcome.error);
  }

  get pid(): number | undefined {
    return this.#spawned.child.pid;
  }

  /** For the last moment of a process, when there is no time to wait. */
  tell(signal: keyof typeof STOP_MS): void {
    this.#spawned.child.kill(signal);
  }

  /** Ends it: what is being done is rolled back, what was committed is on disk. Takes at most 40 s. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Errors of statements are the callers' to log; at the end everybody's connection is cut, as it should be. */
  #say(line: string): void {
    const [, pid, severity, words] = /^\[(\d+)\] (\w+): {2}(.*)$/.exec(line) ?? [];
    if (severity === "PANIC") this.#log.error({ process: pid, line: words }, "the database panics");
    else if (severity === "FATAL" && this.#stopping === null)
      this.#log.warn({ process: pid, line: words }, "database says");
    else this.#log.debug({ process: pid, severity, line: words ?? line }, "database says");
  }

  async #stop(): Promise<void> {
    for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
      this.tell(signal);
      if (await this.#endedWithin(STOP_MS[signal])) return;
      this.#log.warn({ pid: this.pid, signal }, "the database doesn't stop");
    }
    throw new ServerError("database_failed", `The database (process ${this.pid}) can't be stopped.`);
  }

  async #endedWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, ms, false);
    });
    const outcome = await Promise.race([this.ended.then(() => true), late]);
    clearTimeout(timer);
    return outcome;
  }
}

/** The name of the socket's file, without which there is no PostgreSQL: a port that nobody listens to. */
export const SOCKET_PORT = 5432;

/** Where the socket of a data folder is. */
export function socketFile(dataDir: string): string {
  return join(dataDir, `.s.PGSQL.${SOCKET_PORT}`);
}

/** For a machine with little memory and a card for a disk; nothing here gives up safety for speed. */
function ownSettings(endpoint: Endpoint): Record<string, string | number> {
  return {
    listen_addresses: endpoint.kind === "tcp" ? "127.0.0.1" : "",
    port: endpoint.kind === "tcp" ? endpoint.port : SOCKET_PORT,
    unix_socket_directories: endpoint.kind === "socket" ? DATA_FOLDER : "",
    unix_socket_permissions: "0700",
    max_connections: 60,
    shared_buffers: "64MB",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    effective_cache_size: "256MB",
    max_wal_size: "512MB",
    checkpoint_timeout: "15min",
    wal_compression: "on",
    max_parallel_workers_per_gather: 0,
    jit: "off",
    huge_pages: "off",
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C",
    log_destination: "stderr",
    logging_collector: "off",
    log_checkpoints: "off",
    log_line_prefix: "[%p] ",
    // The caller gets them, and knows what it asked.
    log_min_error_statement: "panic",
  };
}

/** Stands for the data folder, which the child may know by another path. */
const DATA_FOLDER = "{data}";

function asArguments(values: Readonly<Record<string, string | number>>, folder: string): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value === DATA_FOLDER ? folder : value}`]);
}

/** The language's own is newer than what this is typed for. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

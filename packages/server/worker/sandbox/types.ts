import type { BuildLimits } from "../../builders/types.ts";

/** Where builds run: chosen once, when a worker starts, by what the machine has. */
export interface Sandboxes {
  /** For logs and status pages: `bubblewrap as pawl-build, overlay, cgroup v1 (memory, pids)`. */
  readonly description: string;
  /** Null, or why no build can run here, with what to do about it, in a sentence. */
  readonly trouble: string | null;
  /** Who the commands are outside, and who a tree has to belong to; null: whoever runs the worker. */
  readonly user: { uid: number; gid: number } | null;
  /** @throws BuildError worker_failed */
  open(options: SandboxOptions): Promise<Sandbox>;
  /** Ends and removes what sandboxes of workers that were killed have left on this machine. Again, and by several at once, does no harm. */
  clear(signal: AbortSignal): Promise<void>;
}

export interface SandboxOptions {
  /** The unpacked tree, which nobody ever writes to. */
  tree: string;
  /**
   * Empty, on the disk: for the writable layer and for what comes out. All of it stays there when the sandbox is disposed of, so that
   * nobody waits for thousands of files to be removed: that is for whoever has made the folder, by `removeTree`.
   */
  folder: string;
  limits: BuildLimits;
  /** A unix socket outside, behind which a fetch proxy listens; inside it is at `http://127.0.0.1:<PROXY_PORT>`. Null: no network at all. */
  proxySocket: string | null;
  signal: AbortSignal;
}

/** Inside a sandbox of bubblewrap; `Sandbox.proxyPort` is right for every kind. */
export const PROXY_PORT = 8479;

/**
 * A build is stopped by `log` when it has printed this many times `limits.logBytes`, where each line counts 64 bytes besides its own:
 * whoever keeps a log keeps its beginning and its end, so what is merely long is no reason to stop, and work is bounded.
 */
export const OUTPUT_PER_LOG = 64;

/** One build's place: a writable copy of a tree, an empty folder for what is made, and nothing else of the machine. */
export interface Sandbox extends AsyncDisposable {
  /** The tree as commands see it: `/builder`; without bubblewrap another. It is their working folder. */
  readonly tree: string;
  /** The folder for what is made, as commands see it: `/output`; without bubblewrap another. */
  readonly output: string;
  /** Where commands reach the proxy, on 127.0.0.1: `PROXY_PORT`; without bubblewrap one of the machine's that was free. */
  readonly proxyPort: number;
  /** The same from outside. What lies in it is the build's: links are not to be followed, names not to be believed. */
  readonly outputOutside: string;
  /** Lays a file into the writable layer. `path` is below the tree, without `..`. Not while a command runs. */
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** A regular file below the tree as commands would see it; null where there is none. No link is followed. @throws BuildError build_failed when it is longer */
  read(path: string, maxBytes: number): Promise<Buffer | null>;
  /**
   * One command after another; all its processes have ended when it settles. `limits.timeMs` is for all commands together. An abort
   * is SIGTERM to all of them and SIGKILL two seconds later; a limit is SIGKILL at once.
   * @throws BuildError worker_failed when it could not be started: no fault of the command's
   */
  run(argv: readonly [string, ...string[]], options: RunOptions): Promise<Ended>;
}

export interface RunOptions {
  /** On top of a fixed small environment (PATH, HOME, LC_ALL, TMPDIR, umask 022). */
  env?: Readonly<Record<string, string>>;
  /** Without the newline; one that is longer than 16 KiB comes in pieces. Bytes that are no UTF-8 become U+FFFD. */
  onLine(stream: "stdout" | "stderr", line: string): void;
  signal: AbortSignal;
}

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  /** What ended it from our side: a limit, or `aborted`. */
  stoppedBy: "time" | "memory" | "disk" | "processes" | "log" | "aborted" | null;
}

/** How a program ended. */
export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of both streams, each as much as `outputBytes`. */
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

export interface RunOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Whole environment of the program; the caller's own when absent. */
  env?: Record<string, string | undefined>;
  /** What the program reads on stdin; nothing when absent. */
  input?: string;
  onLine?: (line: string) => void;
  cwd?: string;
  /** Whose process it is; only root may name another. It gets no group besides. */
  user?: { uid: number; gid: number };
  /** How much of the end of each stream is kept, in bytes; 64 KiB when absent. */
  outputBytes?: number;
}

/** Starts programs of the operating system: argv only, never a shell. Faked in tests through the composition root. */
export type Run = (argv: readonly [string, ...string[]] | readonly string[], options: RunOptions) => Promise<RunResult>;

/** Time, as the engine knows it. Deadlines use `monotonic`, which no clock change moves. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment; never goes back. */
  monotonic(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

import type { BuildLimits } from "../../../builders/types.ts";

/** How memory and processes of builds are limited on this machine. */
export interface Limiter {
  /** `cgroup v2`, `cgroup v1 (memory, pids)`, `rlimits` */
  readonly description: string;
  /** Limits for one sandbox. */
  confine(limits: BuildLimits, options: { name: string; mark: string; signal: AbortSignal }): Promise<Confines>;
  /** Ends what workers that have gone have left in groups of theirs, and removes those. @param isGone whose name a group has */
  clean(isGone: (name: string) => Promise<boolean>, signal: AbortSignal): Promise<void>;
}

/** Limits around one sandbox; disposing of them removes what was made for them. Nothing may be at work in it then. */
export interface Confines extends AsyncDisposable {
  /** Files to which a process writes `0` to be limited with all that it will start. */
  readonly joinBy: readonly string[];
  /** Options of prlimit(1), for whatever is to be limited that way. */
  readonly rlimits: readonly string[];
  /** What has been hit since the last `begin`. `root` is the first process. */
  hit(root: number): Promise<"memory" | "processes" | null>;
  /** What a command says as an error, which may be all that is seen of a limit. */
  hear(line: string): void;
  /** A command begins: what was hit before is none of its. */
  begin(): void;
  /** All processes there are: this one's below `root`, and those that have got away from it. */
  members(root: number): number[];
}

/** Processes of ours within the limits: those that prepare, bubblewrap's two, the forwarder, our last step. */
export const OWN_PROCESSES = 6;

import type { Build, BuildState, BuildStep } from "../builds/types.ts";

/** Which builds somebody wants to see. */
export interface BuildFilter {
  state?: BuildState;
  distribution?: string;
  version?: string;
  target?: string;
  profile?: string;
  /** Words that are all in its profile, target or version, or begin its id. */
  query?: string;
}

/** By when they were asked for, or by how long they took: then only those that have ended are there. */
export const BUILD_SORTS = ["newest", "oldest", "slowest", "quickest"] as const;
export type BuildSort = (typeof BUILD_SORTS)[number];

/** Some of them, in an order; `after` is the last one that was seen. */
export interface ListedRange extends BuildFilter {
  /** Default: newest. */
  sort?: BuildSort;
  after?: Pick<ListedBuild, "line" | "took">;
  limit: number;
}

/** A build in a list. Those with a first-boot script are in none: contract server.md §5. */
export interface ListedBuild {
  id: string;
  /** Rises in the order in which builds were enqueued. */
  line: number;
  state: BuildState;
  step: BuildStep | null;
  waitsFor: string | null;
  distribution: string;
  version: string;
  target: string;
  profile: string;
  packages: readonly string[];
  attempt: number;
  /** Who has it, or had it last: its name, or its id where it has gone. */
  worker: string | null;
  enqueuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  expiresAt: Date | null;
  /** Milliseconds from its last beginning to its end; null while it has neither. */
  took: number | null;
  failure: { code: string; sentence: string } | null;
}

export interface ShownWorker {
  id: string;
  name: string;
  /** Targets it builds for, as patterns. */
  targets: readonly string[];
  architecture: string;
  parallel: number;
  /** What it builds now, in all. */
  running: number;
  /** What of that may be in a list. */
  builds: readonly WorkersBuild[];
  /** Why it builds nothing now. */
  trouble: string | null;
  /** It begins nothing any more. */
  isDraining: boolean;
  /** It has given a sign of life of late; those that haven't are forgotten after an hour. */
  isThere: boolean;
  startedAt: Date;
  seenAt: Date;
}

export interface WorkersBuild {
  id: string;
  version: string;
  target: string;
  profile: string;
  step: BuildStep | null;
  startedAt: Date | null;
}

/** What waits for one target's builders. */
export interface WaitingTarget {
  distribution: string;
  target: string;
  architecture: string;
  waiting: number;
  running: number;
  /** Of those that wait: they failed for a passing cause, and have a time for their next try. */
  retrying: number;
  /** When the one that waits longest was enqueued. */
  oldestAt: Date;
  /** Workers that are there and build for it. */
  workers: number;
  /** Builds that these could begin now. */
  free: number;
  /** Why it isn't begun, in a sentence. */
  why: string;
}

export interface QueueState {
  waiting: number;
  running: number;
  /** By whose oldest waits longest; those in which nothing waits aren't in it. */
  targets: readonly WaitingTarget[];
}

/** What whoever runs this server sees and does. Every method throws ServerError. */
export interface Operator {
  builds(range: ListedRange): Promise<readonly ListedBuild[]>;
  /** Null: more than 10,000. */
  countBuilds(filter: BuildFilter): Promise<number | null>;
  /**
   * Forgets a build, whatever it is at, and what it has in the store; the next who asks has it built anew. May be called again.
   * @param by who says so, for the log
   * @throws not_found; store_failed when only its files are left
   */
  drop(id: string, by: string): Promise<Build>;
  /** Has one that failed, or waits for its next try, tried at once. @throws not_found, unprocessable, and what asking for it would throw */
  retry(id: string, by: string): Promise<Build>;
  /** By name. */
  workers(): Promise<readonly ShownWorker[]>;
  queue(): Promise<QueueState>;
}

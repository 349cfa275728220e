import type { DurationClass } from "./durations.ts";

/** What is counted, by the hour or by the day (`stats/counters.ts`). */
export type Counted =
  /** Key: `<distribution>:<version>` that was installed. */
  | "upgrade-check"
  /** Requests for a build; a hit was built before. A miss ends as a success or a failure. No key. */
  | "build-request"
  | "build-hit"
  | "build-miss"
  | "build-success"
  | "build-failure"
  /** Key: a failure's code. */
  | "failure"
  /** Key: `buildKey(…)`; builds that came to an image, and the seconds they took. */
  | "build"
  | "build-seconds"
  /** Key: `<distribution>:<version>`; counted with `build`, and kept by the day for longer. */
  | "version"
  /** Key: `durationKey(…)`; builds that came to an image, by how long they took. */
  | "build-duration"
  /** Key: `<branch>:<package>`, those that aren't a profile's defaults. */
  | "package"
  /** Key: `owut/2024.11.1`. */
  | "client";

/** Key of `build` and `build-seconds`. */
export function buildKey(of: { distribution: string; version: string; target: string; profile: string }): string {
  return `${of.distribution}:${of.version}:${of.target}:${of.profile}`;
}

/** Of a `buildKey`: what `version` is counted by. */
export function versionKey(buildKey: string): string {
  return buildKey.split(":", 2).join(":");
}

/** What happens on the server, counted; real figures from the database, zero where nothing was counted. */
export interface Stats {
  /** Counts in memory; written every few seconds. Never fails, never waits. */
  count(what: Counted, key?: string, n?: number): void;
  /** Keeps the newest 5,000. */
  buildFailed(error: Omit<BuildError, "at">): Promise<void>;
  /** Builds that wait, 0 without any. */
  queueLength(): number;
  /** Successes of the last 24 hours. */
  builds24h(): Promise<number>;
  /** Of 30 days, oldest first; the last one ends at the next midnight, UTC. */
  buildsPerDay(): Promise<readonly BuildsOfDay[]>;
  /** Of 26 weeks; the last one ends at the next midnight, UTC. With a branch only its versions. */
  buildsByVersion(branch?: string): Promise<BuildsByVersion>;
  /** Of the last 30 days, most wanted first. With a branch those asked for it. */
  topPackages(limit: number, branch?: string): Promise<readonly NamedCount[]>;
  /** Newest first. */
  buildErrors(limit: number): Promise<BuildErrors>;
  /** Why builds failed in the last 30 days, most often first: codes. */
  failures(limit: number): Promise<readonly NamedCount[]>;
  /** How long builds took in the last 30 days. */
  durations(): Promise<Durations>;
  imageStats(): Promise<ImageStats>;
  /** Bytes of images that are kept. */
  keptBytes(): Promise<number>;
  /** Most wanted first, of all that is counted. */
  popularTargets(limit: number): Promise<readonly TargetCount[]>;
  popularPackages(limit: number): Promise<readonly NamedCount[]>;
  clients(limit: number): Promise<readonly NamedCount[]>;
  /** By day, of the last 30 days, oldest first. */
  upgradeChecksPerDay(): Promise<readonly { day: Date; count: number }[]>;
}

export interface BuildsOfDay {
  /** Its first moment, UTC. */
  day: Date;
  requests: number;
  hits: number;
  failures: number;
}

export interface BuildsByVersion {
  /** The first moment of each week, oldest first. */
  weeks: readonly Date[];
  /** Version → builds in each of the weeks. */
  versions: ReadonlyMap<string, readonly number[]>;
}

export interface NamedCount {
  name: string;
  count: number;
}

export interface TargetCount {
  target: string;
  count: number;
  /** On average; null where no time was counted. */
  buildSeconds: number | null;
}

export interface Durations {
  builds: number;
  /** Seconds that half of them took at most, nine of ten, and 99 of 100; null without any. */
  p50: number | null;
  p90: number | null;
  p99: number | null;
  /** Shortest first; those without builds are left out. */
  classes: readonly DurationClass[];
}

export interface BuildError {
  at: Date;
  version: string;
  target: string;
  profile: string;
  message: string;
}

export interface BuildErrors {
  /** How many are kept in all. */
  total: number;
  entries: readonly BuildError[];
}

export interface ImageStats {
  /** Ever built. */
  total: number;
  /** There to be downloaded. */
  stored: number;
  /** Waiting for a worker. */
  requested: number;
  building: number;
  failed: number;
}

/** What the builds feature knows by itself. */
export interface BuildFigures {
  queueLength(): number;
  stored(): Promise<number>;
  building(): Promise<number>;
  /** Of images whose time isn't over. */
  keptBytes(): Promise<number>;
}

import type { Culprit } from "../builders/types.ts";
import type { BuildChange } from "../upgrades/build-changes.ts";

/** Everything that decides an image, as names that exist: contract server.md §2. */
export interface BuildInputs {
  distribution: string;
  /** As the catalog names it: `24.10.5`, `SNAPSHOT`. */
  version: string;
  /** `r28427-6df0e3d02a`: what was asked for, else what the catalog knows. */
  versionCode: string;
  /** Whether the asker named the version code: then another one is a failure. */
  isVersionCodeAsked: boolean;
  /** `ath79/generic` */
  target: string;
  /** As in `profiles.json`. */
  profile: string;
  /** As they were asked for, in that order and without `+`; `-name` leaves one out. */
  packages: readonly string[];
  /** Package → the version it has to have. */
  packagesVersions: Readonly<Record<string, string>>;
  /** The list is all there should be, instead of what comes besides the defaults. */
  diffPackages: boolean;
  filesystem: string | null;
  /** The first-boot script. */
  defaults: string | null;
  rootfsSizeMb: number | null;
  /** Name → address. */
  repositories: Readonly<Record<string, string>>;
  repositoriesMode: "append" | "replace";
  repositoryKeys: readonly string[];
}

/** `withdrawn`: whoever asked for it has gone. */
export type BuildState = "queued" | "running" | "done" | "failed" | "withdrawn";

/** What a build is at; in this order, and never back within one attempt. */
export const BUILD_STEPS = ["start", "download", "unpack", "resolve", "assemble", "publish"] as const;
export type BuildStep = (typeof BUILD_STEPS)[number];

/** It lasts until the next one begins, or the build ends. */
export interface BegunStep {
  step: BuildStep;
  startedAt: Date;
}

/** One run under a request key. */
export interface Build {
  /** 32 hex digits. */
  id: string;
  /** Request key, 64 hex digits. */
  key: string;
  inputs: BuildInputs;
  state: BuildState;
  /** While it runs, and where it ended. */
  step: BuildStep | null;
  /** Of its newest attempt, as far as it has come, in order. */
  steps: readonly BegunStep[];
  /** Builds in front of it, while it is queued: in line it never rises; in its client's own list it is behind the line, and may. */
  position: number | null;
  /** Why it doesn't begin, where that isn't its turn: `no worker for ath79/generic`, `the mirror doesn't answer; next try at …`. */
  waitsFor: string | null;
  attempt: number;
  enqueuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Until then it is there; null while it isn't finished. */
  expiresAt: Date | null;
  /** `make image …` as it was called; null before. */
  command: readonly string[] | null;
  failure: Failure | null;
  result: BuildResult | null;
}

/** Why there is no image. */
export interface Failure {
  code: string;
  /** For people; names what is at fault. */
  sentence: string;
  culprits: readonly Culprit[];
  /** The next try may succeed without anybody changing anything. */
  isPassing: boolean;
}

/** One file in the store. */
export interface StoredFile {
  name: string;
  /** Bytes. */
  size: number;
  /** Of the bytes as they were read back from the store; hex. */
  sha256: string;
}

/** Where one is that may be downloaded. */
export interface ServedFile extends StoredFile {
  build: string;
  copy: string | null;
  /** Whether it was asked for by its build's id: then it is the same for ever. */
  isImmutable: boolean;
}

export interface BuiltImage extends StoredFile {
  /** `sysupgrade`, `factory`, `combined-efi`, … */
  type: string;
  /** Null for parts without one, such as a boot loader. */
  filesystem: string | null;
  /** Without the signature at its end, where there is one. */
  sha256Unsigned: string | null;
}

export interface BuildResult {
  /** Which of the store's copies is published: storage/types.ts. Absent in results from before there were copies. */
  copy?: string;
  versionCode: string;
  versionNumber: string;
  /** Seconds since 1970. */
  sourceDateEpoch: number;
  images: readonly BuiltImage[];
  /** Every file, images included: manifest, sha256sums, profiles.json, build.log. */
  files: readonly StoredFile[];
  /** Package → version, without ABI suffixes. */
  manifest: Readonly<Record<string, string>>;
  /** What was given to make as PACKAGES. */
  packages: readonly string[];
  /** What the server changed in the list, and why. */
  changes: readonly BuildChange[];
  /** Not enough to fail, enough to be told: a feed that couldn't be read and wasn't needed. */
  warnings: readonly string[];
  /** The fresh profiles.json's fields but `profiles`. */
  target: Readonly<Record<string, unknown>>;
  /** The profile's part of it, with sizes and sums of the store. */
  profile: Readonly<Record<string, unknown>>;
}

/** A dialect's own name of a request. Two requests may come to the same key. */
export interface Alias {
  /** `asu-v1`, `asu-v0`, … */
  dialect: string;
  hash: string;
  /** What the dialect wants back when it is asked by that hash; small JSON. */
  request: unknown;
}

/** Somebody asks for a build. */
export interface BuildAsk {
  inputs: BuildInputs;
  alias?: Alias;
  /** Who asks, for fairness: a token's name, else an address (IPv6: its /64). */
  asker: string;
  /** How long the result should be kept, in milliseconds from its end. */
  ttl: number;
  /** Whoever has it may withdraw what was asked here; 32 hex digits. */
  secret?: string;
}

export interface Asked {
  build: Build;
  /** `hit`: it was there (also: its failure, replayed). `joined`: somebody asked before. `new`: it waits now. */
  outcome: "hit" | "joined" | "new";
}

export interface LogLine {
  /** Of the build, over all attempts, from 0. */
  number: number;
  at: Date;
  /** `note` is ours. */
  stream: "stdout" | "stderr" | "note";
  text: string;
}

/** What a watcher is told: the build whenever it has changed, log lines as they come. */
export type BuildEvent = { kind: "build"; build: Build } | { kind: "line"; line: LogLine };

/** Builds as everybody else in the server sees them. Every method throws ServerError. */
export interface Builds {
  /**
   * From the store, by joining one that waits or runs, or enqueued. However many ask at once, one is built.
   * @throws queue_full; builds_unavailable, when the only workers for it lack something
   */
  ask(ask: BuildAsk, signal?: AbortSignal): Promise<Asked>;
  /** The newest valid build of that name, from memory where nothing has changed. */
  byAlias(dialect: string, hash: string): Promise<{ build: Build; alias: Alias } | null>;
  byId(id: string): Promise<Build | null>;
  /** Whole output of its newest attempt, head and tail where it was too long. */
  output(id: string): Promise<{ stdout: string; stderr: string }>;
  /** @returns the lines from that number on, at most `limit` */
  log(id: string, from: number, limit: number): Promise<readonly LogLine[]>;
  /** First as it is, then every change and every line from `fromLine` on; ends when the build has ended. */
  watch(id: string, fromLine: number, signal: AbortSignal): AsyncIterable<BuildEvent>;
  /** Takes back one request; the last one stops the build. @throws not_found, forbidden */
  withdraw(id: string, secret: string): Promise<Build>;
  /** A file of a finished build, by build id, or by a dialect's hash. */
  file(place: string, name: string): Promise<ServedFile | null>;
  /** Waiting, in all. */
  queueLength(): number;
  stored(): Promise<number>;
  building(): Promise<number>;
  /** A number that changes whenever any build or alias has changed: what was made of them before is still right until then. */
  readonly generation: number;
}

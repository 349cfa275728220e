import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { BuildRecipe } from "../builders/types.ts";
import type { BuildInputs, BuildResult, BuildState, BuildStep, Failure, LogLine } from "./types.ts";

/** `db/migrations/0005-builds.ts`, `0007-builds-nobody-does.ts`, `0008-fair-line.ts`, …, `0013-build-tables.ts`. */
export interface BuildsTables {
  build: BuildTable;
  build_alias: BuildAliasTable;
  build_asker: BuildAskerTable;
  build_log: BuildLogTable;
  build_worker: BuildWorkerTable;
  build_store: BuildStoreTable;
}

type Json<T extends object> = JSONColumnType<T>;
type NullableJson<T extends object> = JSONColumnType<T | null, string | null | undefined, string | null>;
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;

/** One run under a request key, whatever came of it. */
export interface BuildTable {
  id: string;
  key: string;
  /** Rises in the order in which builds were asked for, and never changes. */
  line: number;
  /** Its place in the line: rises in the order in which they came into it. Null while it waits in lists, or for somebody to be there for it. */
  place: Nullable<number>;
  /** Who asks: on whose account it is in line, or in whose list it is shown. */
  client: string;
  /** pg-boss's queue. */
  queue: string;
  /** pg-boss's job; null while none is due, and once it has ended. */
  job: Nullable<string>;
  inputs: Json<BuildInputs>;
  /** Without passwords. */
  recipe: Json<BuildRecipe>;
  state: BuildState;
  step: Nullable<BuildStep>;
  /** Of the newest attempt, in order; null while there is none. */
  steps: NullableJson<readonly StoredStep[]>;
  waits_for: Nullable<string>;
  /** The next try isn't begun before; null while none is waited for. */
  not_before: Nullable<Date>;
  /** While it waits: since when nobody has been there who would begin with it; null while somebody is. */
  unserved_since: Nullable<Date>;
  /** How often somebody has begun with it; whoever writes about it has to know the newest number. */
  attempt: Generated<number>;
  /** Tries that have failed for a passing cause. */
  tries: Generated<number>;
  /** Workers that were lost over it. */
  losses: Generated<number>;
  /** Who has it, or had it last. */
  worker: Nullable<string>;
  enqueued_at: Date;
  started_at: Nullable<Date>;
  finished_at: Nullable<Date>;
  expires_at: Nullable<Date>;
  /** Of the target when it was asked for: a failure isn't replayed once there is another. */
  catalog_digest: string;
  command: NullableJson<readonly string[]>;
  failure: NullableJson<Failure>;
  result: NullableJson<BuildResult>;
  /** Of its inputs, for lists. */
  version: Generated<string>;
  target: Generated<string>;
  profile: Generated<string>;
  /** Only builds without a first-boot script are. */
  is_listed: Generated<boolean>;
  /** Of its files in the store; null before it is done. */
  bytes: Nullable<number>;
  /** Which copy of the store's its result names. */
  copy: Nullable<string>;
  /** When somebody last wanted it, a minute more or less. */
  used_at: Nullable<Date>;
  /** When its time was ended, since the store's budget was used up. */
  evicted_at: Nullable<Date>;
}

/** A dialect's name of a request. */
export interface BuildAliasTable {
  dialect: string;
  hash: string;
  key: string;
  request: JSONColumnType<{ request: unknown }>;
}

/** Who waits for a build. */
export interface BuildAskerTable {
  build: string;
  asker: string;
  /** sha256, hex; empty for one that can't withdraw. */
  secret_hash: string;
  /** Milliseconds. */
  ttl: number;
  asked_at: Date;
  withdrawn_at: Nullable<Date>;
  /** The build's `line` while it waits in this one's list; null in line, and while nobody would begin with it. */
  listed: Nullable<number>;
}

/** Consecutive lines of one attempt. */
export interface BuildLogTable {
  build: string;
  /** Numbers of its first and its last line. */
  first: number;
  last: number;
  attempt: number;
  lines: Json<readonly StoredLine[]>;
}

/** When it began, in milliseconds since 1970. */
export type StoredStep = readonly [step: BuildStep, at: number];

/** Milliseconds since 1970, stream, text. */
export type StoredLine = readonly [at: number, stream: LogLine["stream"], text: string];

/** Workers that are there, or were a moment ago. */
export interface BuildWorkerTable {
  id: string;
  name: string;
  /** Targets it builds for, as patterns. */
  targets: string[];
  /** Of its machine: `x86_64`. */
  architecture: string;
  parallel: number;
  /** Why it builds nothing now. */
  trouble: Nullable<string>;
  /** It begins nothing any more, and ends with what it builds. */
  draining: Generated<boolean>;
  started_at: Date;
  /** By the database's clock. */
  seen_at: ColumnType<Date, Date | undefined, Date>;
}

/** Which stores servers have given images out from, the newest one last: `worker/common-store.ts`. */
export interface BuildStoreTable {
  id: string;
  /** In words. */
  place: string;
  /** By the database's clock. */
  seen_at: ColumnType<Date, Date | undefined, Date>;
}

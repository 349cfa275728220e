import * as z from "zod";
import { Failure } from "./failure.ts";
import { UPDATE_ID } from "./patterns.ts";
import { Release } from "./release.ts";
import { Channel, Commit, Instant, Sha256, TimeOfDay, Version, Window } from "./values.ts";

/** What an app has in place: which release, known by what, from where. */
export const Installed = z.object({
  version: Version,
  /** Null when nobody knows: what was there before Pawl. */
  manifest_sha256: Sha256.nullable(),
  /** Null when it wasn't made from one, or nobody knows. */
  commit: Commit.nullish(),
  channel: Channel.nullable(),
  source: z.string().nullable(),
  installed_at: Instant.nullable(),
});
export type Installed = z.infer<typeof Installed>;

/** `<milliseconds since 1970, base 36>-<random>`: sorts by time, safe as a file name and an argument. */
export const UpdateId = z.string().regex(UPDATE_ID);
export type UpdateId = z.infer<typeof UpdateId>;

export const UpdateKind = z.enum(["install", "rollback", "adopt"]);
export type UpdateKind = z.infer<typeof UpdateKind>;

/** One attempt to go from one release to another. */
export const Update = z.object({
  id: UpdateId,
  kind: UpdateKind,
  from: Version.nullable(),
  /** Null until the source has said what is newest. */
  to: Version.nullable(),
  /** Of `to`, when that is known: of one version there may be several. */
  commit: Commit.nullish(),
  from_commit: Commit.nullish(),
  channel: Channel,
  /** The owner named this version: allows an older or a refused one. */
  by_name: z.boolean(),
  /** The owner wants it even though nothing is newer. */
  force: z.boolean(),
  /** Nobody is watching: waits for the maintenance window. */
  unattended: z.boolean(),
  started_at: Instant,
  /** It was interrupted and went on. */
  resumed: z.boolean(),
  bytes_downloaded: z.number().int(),
});
export type Update = z.infer<typeof Update>;

/** How an update ended; one line of the history. */
export const UpdateResult = z.enum(["success", "failed", "rolled_back", "undone", "cancelled"]);
export type UpdateResult = z.infer<typeof UpdateResult>;

export const Outcome = z.object({
  id: UpdateId,
  kind: UpdateKind,
  from: Version.nullable(),
  to: Version.nullable(),
  /** Where the two are commits, and that is known: of one version there may be several. */
  from_commit: Commit.nullish(),
  to_commit: Commit.nullish(),
  channel: Channel,
  started_at: Instant,
  finished_at: Instant,
  result: UpdateResult,
  failure: Failure.nullable(),
  bytes_downloaded: z.number().int(),
  resumed: z.boolean(),
});
export type Outcome = z.infer<typeof Outcome>;

/** An unattended update until its maintenance window opens. */
const Waiting = z.object({ status: z.literal("waiting"), update: Update, release: Release, until: Instant });

/**
 * The states before anything on the device changes (contract device-api.md §2). They belong to the unprivileged side,
 * live in `api/state.json`, and end in `applying`, when the other half has the update.
 */
export const FetchState = z.discriminatedUnion("status", [
  z.object({ status: z.literal("idle"), shows: z.enum(["idle", "complete", "error"]) }),
  /** With an update: an install that asks the source first. `waiting`: what goes on waiting when the check is over. */
  z.object({
    status: z.literal("checking"),
    since: Instant,
    update: Update.nullable(),
    waiting: Waiting.nullable().default(null),
  }),
  z.object({ status: z.literal("downloading"), update: Update, release: Release }),
  z.object({ status: z.literal("verifying"), update: Update, release: Release }),
  Waiting,
  /** One that is on the device already has no release to fetch. */
  z.object({ status: z.literal("applying"), update: Update, release: Release.nullable() }),
]);
export type FetchState = z.infer<typeof FetchState>;

/** A folder below `releases/`. */
const TreeName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,140}$/);

/** Which trees an update goes between. `previous` is null when this is the first release on the device. */
export const Move = z.object({
  previous: TreeName.nullable(),
  next: TreeName,
  manifest_sha256: Sha256.nullable(),
  /** `next` was on the disk before this update, and stays there whatever comes of it. */
  kept: z.boolean().default(false),
  /** `previous` isn't a tree yet: what stands in its place on the device becomes it before the switch. */
  adopts: z.boolean().optional(),
});
export type Move = z.infer<typeof Move>;

/**
 * The states in which the device changes. They belong to root, live in `apply/state.json`, and are the journal:
 * `switching` on disk means not switched yet, every later state means switched.
 */
export const ApplyState = z.discriminatedUnion("status", [
  z.object({ status: z.literal("idle") }),
  z.object({ status: z.literal("staging"), update: Update, release: Release }),
  z.object({ status: z.literal("backing-up"), update: Update, move: Move }),
  z.object({ status: z.literal("switching"), update: Update, move: Move }),
  /** `boots` counts how often the new release was begun with: one that takes the device down is left in the end. */
  z.object({ status: z.literal("restarting"), update: Update, move: Move, boots: z.number().int() }),
  z.object({ status: z.literal("testing"), update: Update, move: Move, boots: z.number().int() }),
  z.object({
    status: z.literal("rolling-back"),
    update: Update,
    move: Move,
    failure: Failure,
    /** `undone`: the journal had no record of the switch; `rolled_back`: the new release was in place. */
    result: z.enum(["undone", "rolled_back", "cancelled"]),
  }),
  /** The release doesn't work and stays, for there is none to go back to: its services are left started. */
  z.object({ status: z.literal("making-do"), update: Update, move: Move, failure: Failure }),
]);
export type ApplyState = z.infer<typeof ApplyState>;

/** A release that didn't work here: not installed again by itself. Keyed by its identity, so that a repaired one is offered. */
export const Refusal = z.object({
  version: Version,
  manifest_sha256: Sha256.nullable(),
  commit: Commit.nullish(),
  at: Instant,
  reason: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

/** What the unprivileged side keeps: `api/state.json`, beside the flat fields of status. */
export const FetchRecord = z.object({
  engine: FetchState,
  /** The newest release of `checked_channel`, as the last successful check saw it. */
  release: Release.nullable(),
  last_checked: Instant.nullable(),
  /** What is known of one channel says nothing of another. */
  checked_channel: Channel.nullable().default(null),
  /** Every channel the source had then. */
  channels: z.array(Channel).default([]),
  /** Why the last check failed; null after one that worked. */
  failure: Failure.nullable(),
  /** The last update that ended on this side: it never reached the other one. */
  last: Outcome.nullable(),
  /** Releases that failed for a reason of their own before they were switched to: only the owner tries one again. */
  left_alone: z.array(Refusal).default([]),
});
export type FetchRecord = z.infer<typeof FetchRecord>;

/**
 * What the owner has chosen: `api/settings.json`. Null: as in `pawl.yaml`. Apart from the record, because it may be
 * changed while an update runs.
 */
export const Settings = z.object({
  channel: Channel.nullable().default(null),
  auto: z
    .object({
      check: z.boolean().nullable().default(null),
      time: TimeOfDay.nullable().default(null),
      install: z.boolean().nullable().default(null),
    })
    .prefault({}),
  /** `""`: none, whatever `pawl.yaml` says. */
  window: z
    .union([Window, z.literal("")])
    .nullable()
    .default(null),
  skipped_version: Version.nullable().default(null),
  /** The very commit that was skipped: branches have many with one version. Null: whichever has that version. */
  skipped_commit: Commit.nullable().default(null),
  /** The ended update whose result the owner has seen. */
  seen: UpdateId.nullable().default(null),
});
export type Settings = z.infer<typeof Settings>;

/** What root keeps: `apply/state.json`. */
export const ApplyRecord = z.object({
  engine: ApplyState,
  last: Outcome.nullable(),
  refused: z.array(Refusal),
  /** The boot in which an interruption has been counted and the disk settled; what is left is for `pawl resume`. */
  settled_in: z.string().optional(),
});
export type ApplyRecord = z.infer<typeof ApplyRecord>;

/** What the unprivileged side asks of root: `api/order.json`. Root trusts none of it beyond its shape. */
export const Order = z.object({
  update: Update,
  /** Null: the release is on the device already, and `update.to` names it. */
  release: Release.nullable(),
});
export type Order = z.infer<typeof Order>;

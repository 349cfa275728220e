import * as z from "zod";
import { ApiState, LogLevel, Phase } from "./events.ts";
import { Failure, FailureCode } from "./failure.ts";
import { Outcome, UpdateId, UpdateKind, UpdateResult } from "./update.ts";
import { Channel, Commit, Instant, TimeOfDay, Version, Window } from "./values.ts";

/** Every answer that isn't a success (contract device-api.md, envelope). */
export const ErrorAnswer = z.object({
  success: z.literal(false),
  error: z.string(),
  code: FailureCode,
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

export const Progress = z.object({
  done_bytes: z.number().nullable(),
  total_bytes: z.number().nullable(),
  percent: z.number(),
  bytes_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** The fields of `GET status`. */
export const Status = z.object({
  current_version: Version.nullable(),
  latest_version: Version.nullable(),
  has_update: z.boolean(),
  channel: Channel,
  last_checked: Instant.nullable(),
  state: ApiState,
  error: z.string().nullable(),
  phase: Phase.nullable(),
  progress: Progress.nullable(),
  failure: Failure.nullable(),
  last_result: UpdateResult.nullable(),
  direction: z.enum(["up", "down"]).nullable(),
  /** Why `direction` is what it is, where the two versions alone don't say it. */
  direction_reason: z.string().nullable(),
  /** The commit that is installed, where that is known. */
  current_commit: Commit.nullable(),
  skipped_version: Version.nullable(),
  refused_versions: z.array(Version),
  backup_version: Version.nullable(),
  can_roll_back: z.boolean(),
  backup_path: z.string().nullable(),
  auto: z.object({
    check: z.boolean(),
    time: TimeOfDay,
    install: z.boolean(),
    window: Window.nullable(),
    next_run: Instant.nullable(),
  }),
  release: z
    .object({
      version: Version,
      commit: Commit.nullable(),
      title: z.string().nullable(),
      notes: z.string().nullable(),
      notes_url: z.string().nullable(),
      size_bytes: z.number().nullable(),
      published_at: Instant.nullable(),
      seconds_expected: z.number().nullable(),
    })
    .nullable(),
  update_id: UpdateId.nullable(),
  /** The update that runs, or waits; null when none does. `unattended`: begun by the timer. */
  update: z
    .object({
      kind: UpdateKind,
      from: Version.nullable(),
      to: Version.nullable(),
      unattended: z.boolean(),
      started_at: Instant,
    })
    .nullable(),
});
export type Status = z.infer<typeof Status>;

const ok = { success: z.literal(true) };

export const StatusAnswer = z.object({ ...ok, ...Status.shape });
export type StatusAnswer = z.infer<typeof StatusAnswer>;

/** `check`: with the whole status when a fresh answer was already there. */
export const CheckAnswer = z.object({ ...ok, message: z.string(), ...Status.partial().shape, state: ApiState });
export type CheckAnswer = z.infer<typeof CheckAnswer>;

/** `install`, `apply`, `rollback`. */
export const StartedAnswer = z.object({ ...ok, message: z.string(), state: ApiState, update_id: UpdateId });
export type StartedAnswer = z.infer<typeof StartedAnswer>;

/** `auto` as status shows it. */
export const AutoAnswer = z.object({ ...ok, auto: Status.shape.auto });
export type AutoAnswer = z.infer<typeof AutoAnswer>;

export const SkipAnswer = z.object({ ...ok, skipped_version: Version.nullable() });
export type SkipAnswer = z.infer<typeof SkipAnswer>;

export const SeenAnswer = z.object({ ...ok, last_result: UpdateResult.nullable() });
export type SeenAnswer = z.infer<typeof SeenAnswer>;

/** `warning`: the source could not be asked, this is what was known last. */
export const ChannelsAnswer = z.object({
  ...ok,
  channels: z.array(Channel),
  current_channel: Channel,
  warning: z.string().optional(),
});
export type ChannelsAnswer = z.infer<typeof ChannelsAnswer>;

export const SetChannelAnswer = z.object({ ...ok, channel: Channel, message: z.string() });
export type SetChannelAnswer = z.infer<typeof SetChannelAnswer>;

/** A commit, or with release sources a release: then `sha` is its version, `title` its name and `body` its notes. */
export const Change = z.object({
  sha: z.string(),
  short_sha: z.string(),
  title: z.string(),
  body: z.string(),
  author: z.string(),
  date: Instant.nullable(),
  url: z.string().nullable(),
});
export type Change = z.infer<typeof Change>;

export const ChangelogAnswer = z.object({
  ...ok,
  channel: Channel,
  installed: Version.nullable(),
  latest: Version.nullable(),
  commits: z.array(Change),
  warning: z.string().optional(),
});
export type ChangelogAnswer = z.infer<typeof ChangelogAnswer>;

/** What an owner may change, as it stands; `own`: what comes from the owner rather than from `pawl.yaml`. */
export const SettingsAnswer = z.object({
  ...ok,
  auto: z.object({ check: z.boolean(), time: TimeOfDay, install: z.boolean() }),
  channel: Channel,
  window: Window.nullable(),
  own: z.array(z.enum(["auto.check", "auto.time", "auto.install", "channel", "window"])),
});
export type SettingsAnswer = z.infer<typeof SettingsAnswer>;

export const TicketAnswer = z.object({ ...ok, ticket: z.string() });

/** There is nothing more to say. */
export const DoneAnswer = z.object(ok);

/** `signed_in`: what this caller shows counts; `needed_for`: which calls are only for who is. */
export const SessionAnswer = z.object({
  ...ok,
  signed_in: z.boolean(),
  needed_for: z.enum(["nothing", "changes", "everything"]),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const CancelAnswer = z.object({ ...ok, message: z.string(), state: ApiState });

export const LogAnswer = z.object({
  ...ok,
  lines: z.array(z.object({ at: Instant, level: LogLevel, line: z.string() })),
});
export type LogAnswer = z.infer<typeof LogAnswer>;

/** `next`: the cursor of what comes after, null at the end; `total`: on all pages. */
export const HistoryAnswer = z.object({
  ...ok,
  updates: z.array(Outcome),
  next: UpdateId.nullable(),
  total: z.int(),
});
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

export const AppsAnswer = z.object({
  ...ok,
  /** The same for everything that shares a state folder: a device may have more than one Pawl. */
  instance: z.string(),
  apps: z.array(z.object({ name: z.string(), title: z.string(), ...Status.shape })),
});
export type AppsAnswer = z.infer<typeof AppsAnswer>;

/** Bodies. `check` ignores what it doesn't know, as the earlier systems did; what changes the device is understood whole or not at all. */
export const CheckBody = z.object({ force: z.boolean().default(false) });
export const InstallBody = z.strictObject({ force: z.boolean().default(false), version: Version.optional() });
export const RollbackBody = z.strictObject({ version: Version.optional() });
export const AutoBody = z.strictObject({
  enabled: z.boolean(),
  time: TimeOfDay.optional(),
  install: z.boolean().optional(),
});
export const SkipBody = z.strictObject({ version: Version, skip: z.boolean() });
/** `force`: without asking the source whether it has such a channel. */
export const SetChannelBody = z.strictObject({
  channel: z.string().trim().pipe(Channel),
  force: z.boolean().default(false),
});
/** Only what is named changes; null goes back to `pawl.yaml`, an empty window means at any time. */
export const SettingsBody = z.strictObject({
  auto: z
    .strictObject({
      check: z.boolean().nullable().optional(),
      time: TimeOfDay.nullable().optional(),
      install: z.boolean().nullable().optional(),
    })
    .optional(),
  channel: Channel.nullable().optional(),
  window: z
    .union([Window, z.literal("")], "must be two times of day such as 02:00-05:00, or empty")
    .nullable()
    .optional(),
});
export type SettingsBody = z.infer<typeof SettingsBody>;
export const SessionBody = z.strictObject({ token: z.string().min(1).max(4096) });

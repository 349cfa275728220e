import * as z from "zod";
import { Instant } from "./values.ts";

/** What the owner's page calls the state of an app (contract device-api.md §2). */
export const ApiState = z.enum(["idle", "checking", "installing", "complete", "error"]);
export type ApiState = z.infer<typeof ApiState>;

/** The steps of an update, in order; `rolling_back` stands beside them. */
export const PHASES = [
  "downloading",
  "verifying",
  "waiting",
  "staging",
  "backing_up",
  "activating",
  "restarting",
  "health_check",
  "rolling_back",
] as const;
export const Phase = z.enum(PHASES);
export type Phase = z.infer<typeof Phase>;

export const LogLevel = z.enum(["info", "warn", "error"]);
export type LogLevel = z.infer<typeof LogLevel>;

/** How far an update is. Bytes are of the phase; `percent` covers the whole update and never falls. */
export const ProgressEvent = z.object({
  type: z.literal("progress"),
  phase: Phase,
  done_bytes: z.number().nullable(),
  total_bytes: z.number().nullable(),
  percent: z.number().min(0).max(100),
  bytes_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
});
export type ProgressEvent = z.infer<typeof ProgressEvent>;

/** What an update writes while it runs; kept on disk, sent to every watcher. */
export const UpdateEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("line"), line: z.string(), level: LogLevel }),
  z.object({ type: z.literal("status"), state: ApiState, phase: Phase.nullable() }),
  ProgressEvent,
  z.object({ type: z.literal("done"), state: ApiState, error: z.string().nullable() }),
]);
export type UpdateEvent = z.infer<typeof UpdateEvent>;

/** One line of an update's log on disk. */
export const LoggedEvent = z.object({ at: Instant, event: UpdateEvent });
export type LoggedEvent = z.infer<typeof LoggedEvent>;

/** What `GET progress` sends besides an update's own events. */
export const StreamEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("connected"), message: z.string() }),
  z.object({ type: z.literal("keepalive") }),
  ...UpdateEvent.options,
]);
export type StreamEvent = z.infer<typeof StreamEvent>;

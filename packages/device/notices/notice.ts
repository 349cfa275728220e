import { Channel, Failure, Instant, NoticeEvent, UpdateId, UpdateResult, Version } from "@pawl/protocol";
import * as z from "zod";

/**
 * What others are told: one JSON object, on a program's stdin or as a webhook's body. Fields that don't apply are null.
 * A later Pawl may add fields, it takes none away.
 */
export const Notice = z.object({
  /** The same whenever the same thing is told again: whoever has seen it can pass it over. */
  key: z.string(),
  event: NoticeEvent,
  /** When it happened; of an available release, when it was first seen. */
  at: Instant,
  /** The app's name in `pawl.yaml`. */
  app: z.string(),
  title: z.string(),
  /** All of it in a sentence or two, for people. */
  text: z.string(),
  /**
   * The release it is about: the one that is available, or that the update went to. When an install was rolled back this
   * is the release that was left, and `from` the one that is back.
   */
  version: Version.nullable(),
  /** What was in place before. */
  from: Version.nullable(),
  update_id: UpdateId.nullable(),
  channel: Channel,
  /** How the update ended. */
  result: UpdateResult.nullable(),
  /** Why it didn't work. */
  failure: Failure.nullable(),
  notes_url: z.string().nullable(),
});
export type Notice = z.infer<typeof Notice>;

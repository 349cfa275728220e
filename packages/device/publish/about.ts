import { Channel, IndexEntry } from "@pawl/protocol";
import type * as z from "zod";

/** Name of the file beside a manifest. */
export const ABOUT_FILE = "release.json";

/**
 * What a release's index entry says that its manifest doesn't. Not signed and not part of the release: it may be edited,
 * to promote a release to another channel for instance, and `pawl release index` takes it up.
 */
export const About = IndexEntry.pick({ title: true, notes: true, notes_url: true }).extend({
  channel: Channel.nullish(),
});
export type About = z.infer<typeof About>;

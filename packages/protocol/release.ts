import * as z from "zod";
import { Channel, Commit, Instant, Sha256, Version } from "./values.ts";

/** An index larger than this is refused unread, in bytes. */
export const INDEX_MAX_BYTES = 16 * 1024 * 1024;

/** One release in a static host's `index.json`. Paths are relative to the index, or whole http(s) addresses. */
export const IndexEntry = z.object({
  version: Version,
  channel: Channel.default("stable"),
  published_at: Instant.nullish(),
  manifest: z.string().min(1).max(2048),
  bundle: z.string().min(1).max(2048),
  signature: z.string().min(1).max(2048).nullish(),
  title: z.string().max(200).nullish(),
  notes: z.string().max(100_000).nullish(),
  notes_url: z.url().nullish(),
});
export type IndexEntry = z.infer<typeof IndexEntry>;

/** What a static host offers: `index.json` (contract device-api.md §6). Newest or oldest first, the order means nothing. */
export const ReleaseIndex = z.object({
  name: z.string().max(200).nullish(),
  releases: z.array(IndexEntry).max(10_000),
});
export type ReleaseIndex = z.infer<typeof ReleaseIndex>;

/** How a commit stands to another: every commit it is made of or comes from is an ancestor. */
export const Standing = z.object({
  /** The commit that was installed when this was found out. */
  to: Commit,
  /** `behind`: an ancestor of it. `diverged`: neither comes from the other, as after history was rewritten. */
  is: z.enum(["ahead", "behind", "diverged"]),
});
export type Standing = z.infer<typeof Standing>;

/**
 * A release a check has resolved a channel to: immutable, because the hash of its manifest fixes every byte.
 * Install takes exactly this one and refuses when it has changed. A release whose manifest is only inside its bundle
 * (contract device-api.md §6) has no such hash until the bundle is here; until then `bundle_id` fixes it. One that is a
 * commit is fixed by that, and has no addresses: its source makes the bundle.
 */
export const Release = z.object({
  version: Version,
  channel: Channel,
  manifest_sha256: Sha256.nullable(),
  /** Null: only inside the bundle. */
  manifest_url: z.string().nullable(),
  signature_url: z.string().nullable(),
  /** Null: its source makes the bundle, from `commit`. */
  bundle_url: z.string().nullable(),
  commit: Commit.nullable().default(null),
  /** Null: not known, or the same commit. */
  standing: Standing.nullable().default(null),
  /** What the host calls this very upload of the bundle: another one under the same name has another. */
  bundle_id: z.string().nullable().default(null),
  /** As the manifest states it, else as it was measured when it was downloaded. */
  bundle_sha256: Sha256.nullable().default(null),
  /** Bytes to download. */
  size_bytes: z.number().int().nullable(),
  /** Bytes on disk once unpacked. */
  unpacked_bytes: z.number().int().nullable(),
  title: z.string().nullable(),
  notes: z.string().nullable(),
  notes_url: z.string().nullable(),
  published_at: Instant.nullable(),
});
export type Release = z.infer<typeof Release>;

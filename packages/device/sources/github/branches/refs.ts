import { Channel, Commit } from "@pawl/protocol";
import * as z from "zod";
import type { Facts } from "./facts.ts";
import { type ListName, NotRemembered, type Reading } from "./reading.ts";
import { ListedRef } from "./shapes.ts";

/** Names and the commits they stand for. */
export type Refs = ReadonlyMap<string, string>;

export interface RefsOptions {
  reading: Reading;
  remembered: Reading;
  facts: Facts;
  /** For so long the list of tags isn't asked for again while nothing else has changed, in milliseconds. */
  restMs: number;
  now(): number;
}

const TagsAsked = z.object({ head: Commit, at: z.number() });

/** The branches whose names can be those of channels. */
export async function readBranches(reading: Reading): Promise<Refs> {
  return refsIn(await reading.list("branches"), (name) => Channel.safeParse(name).success);
}

/**
 * The tags. As long as the branch ends in the same commit as when they were last asked for, that answer does for a while:
 * each question is one of sixty an hour that a whole household shares, unless there is a token.
 */
export async function readTags(head: string, branch: string, options: RefsOptions): Promise<Refs> {
  const { reading, remembered, facts, restMs, now } = options;
  const key = `tags asked for ${branch}`;
  const asked = facts.get(key, TagsAsked);
  const age = now() - (asked?.at ?? Number.NEGATIVE_INFINITY);
  const list = (from: Reading, what: ListName) => from.list(what).then((items) => refsIn(items, () => true));
  if (asked?.head === head && age >= 0 && age < restMs) {
    const tags = await list(remembered, "tags").catch((error) => {
      if (error instanceof NotRemembered) return null;
      throw error;
    });
    if (tags) return tags;
  }
  const tags = await list(reading, "tags");
  facts.set(key, { head, at: now() });
  return tags;
}

/** What can't be read is passed over: it must not hide the others. */
function refsIn(items: readonly unknown[], isTaken: (name: string) => boolean): Refs {
  const refs = new Map<string, string>();
  for (const item of items) {
    const parsed = ListedRef.safeParse(item);
    if (parsed.success && isTaken(parsed.data.name)) refs.set(parsed.data.name, parsed.data.commit.sha);
  }
  return refs;
}

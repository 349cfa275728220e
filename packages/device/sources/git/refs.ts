import { createHash } from "node:crypto";
import { Channel } from "@pawl/protocol";
import { COMMIT } from "@pawl/protocol/patterns";

const HEADS = "refs/heads/";

/** What a repository's branches and tags point at: commits, or a tag's own object. By their whole names, `refs/heads/main`. */
export type Refs = ReadonlyMap<string, string>;

/** Reads lines `<id><tab><whole name>`. What isn't a branch or a tag doesn't count: nothing else is ever followed. */
export function parseRefs(text: string): Refs {
  const refs = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [id = "", name = ""] = line.split("\t", 2);
    // `^{}` follows the name of a tag that has an object of its own, and what that is about.
    if (COMMIT.test(id) && /^refs\/(heads|tags)\//.test(name) && !name.endsWith("^{}")) refs.set(name, id);
  }
  return refs;
}

/** The same for the same branches and tags, another for others. */
export function fingerprintOf(refs: Refs): string {
  const sorted = [...refs].map(([name, id]) => `${id} ${name}`).sort();
  return createHash("sha256").update(sorted.join("\n")).digest("hex");
}

/** The channel that a branch is; null for what isn't a branch, or has a name that no channel may have. */
export function channelOf(ref: string): string | null {
  const name = ref.startsWith(HEADS) ? ref.slice(HEADS.length) : "";
  return Channel.safeParse(name).success ? name : null;
}

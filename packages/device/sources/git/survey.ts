import { COMMIT } from "@pawl/protocol/patterns";
import { UpdateError } from "../../error.ts";
import { cleanLine, TITLE_MAX } from "../commits/clean-text.ts";
import type { Known } from "./known.ts";
import type { Mirror } from "./mirror.ts";
import { channelOf, fingerprintOf } from "./refs.ts";

const FIELDS = [
  "%(objectname)",
  "%(refname)",
  "%(objecttype)",
  "%(*objectname)",
  "%(*objecttype)",
  "%(creatordate:unix)",
  "%(tree)",
];

/** Of a tag with an object of its own it is the tag's; that isn't used. */
const SUBJECT = "%(subject)";

/** What a mirror has of branches and tags; nothing is known of versions yet. Reads the disk only. */
export async function survey(
  mirror: Mirror,
  signal: AbortSignal,
): Promise<Pick<Known, "fingerprint" | "branches" | "tags">> {
  const read = (fields: readonly string[]) =>
    mirror.read(["for-each-ref", `--format=${fields.join("%09")}`, "refs/heads", "refs/tags"], signal);
  const { stdout } = await read([...FIELDS, SUBJECT]).catch((error) => {
    // One title of many megabytes must not hide all branches.
    if (error instanceof UpdateError && error.code === "too_large") return read(FIELDS);
    throw error;
  });
  const refs = new Map<string, string>();
  const branches: Known["branches"] = {};
  const tags: Known["tags"] = [];
  for (const line of stdout.split("\n")) {
    const [id = "", ref = "", type, peeled = "", peeledType, seconds = "", tree = "", ...subject] = line.split("\t");
    if (!COMMIT.test(id)) continue;
    refs.set(ref, id);
    const at = instantOf(seconds);
    const channel = channelOf(ref);
    if (channel !== null && type === "commit") {
      branches[channel] = { commit: id, tree, title: cleanLine(subject.join(" "), TITLE_MAX), at };
    }
    const commit = type === "commit" ? id : peeledType === "commit" ? peeled : null;
    if (ref.startsWith("refs/tags/") && commit !== null && COMMIT.test(commit)) {
      tags.push({ name: ref.slice("refs/tags/".length), commit, at });
    }
  }
  return { fingerprint: fingerprintOf(refs), branches, tags };
}

/** Seconds since 1970 as git writes them; null for what isn't a moment. */
export function instantOf(seconds: string): string | null {
  const date = new Date(Number.parseInt(seconds, 10) * 1000);
  const year = Number.isNaN(date.getTime()) ? -1 : date.getUTCFullYear();
  // ISO 8601 writes years of more than four digits in another way, and nobody means them.
  return year < 0 || year > 9999 ? null : date.toISOString();
}

import { UpstreamError } from "./error.ts";
import { tooMany } from "./fields.ts";
import { nameAt, shown } from "./names.ts";
import { linesOf } from "./text-document.ts";

const MOST_FEEDS = 200;

/**
 * Reads `feeds.conf` of an architecture: the names of its feeds, `base` first, which is always there and never listed.
 * Lines are `src-git packages https://…^commit`, with any kind of source.
 */
export function parseFeedsConf(bytes: Uint8Array, what: string): readonly string[] {
  const feeds = new Set(["base"]);
  for (const line of linesOf(bytes, what)) {
    const words = line.trim();
    if (words === "" || words.startsWith("#")) continue;
    const [source = "", name] = words.split(/\s+/);
    // An option before the name: `src-git --force packages …`.
    if (!/^src-[a-z-]+$/.test(source)) throw new UpstreamError("bad_index", `${what}: ${shown(line)} names no feed.`);
    feeds.add(nameAt("feed", name?.startsWith("--") ? words.split(/\s+/)[2] : name, what));
  }
  if (feeds.size > MOST_FEEDS) throw tooMany(what, feeds.size, MOST_FEEDS);
  return [...feeds];
}

import { Version } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { normalizedName } from "../../python/names.ts";

export interface VersionTag {
  /** Its whole name, without `refs/tags/`. */
  tag: string;
  /** Without what comes before it: `v`, `release-`, the project's name. */
  version: string;
}

/**
 * The tags that name versions of a project, the highest first: by version, not as they were listed. `name`: what the project
 * calls itself, if known. In a repository with several projects `other-1.2.0` is none of its versions.
 */
export function versionTags(tags: Iterable<string>, name: string | null = null): VersionTag[] {
  const read = [...tags].map((tag) => ({ tag, ...readTag(tag) })).filter(isVersion);
  const own = new Set(["", "release", "rel", "version", ...(name === null ? [] : [normalizedName(name)])]);
  const mine = read.filter(({ prefix }) => own.has(prefix));
  const prefixes = new Set(read.map(({ prefix }) => prefix));
  // Where all are called the same, whatever that is, it is the only project there is.
  const chosen = mine.length === 0 && prefixes.size === 1 ? read : mine;
  return chosen.map(({ tag, version }) => ({ tag, version })).sort(byVersion);
}

/** The version that a tag's name is or ends in; null when it doesn't look like one: without a dot it may be anything. */
function readTag(tag: string): { prefix: string; version: string | null } {
  const [, prefix = "", version = ""] = /^(?:([A-Za-z][\w.-]*?)-)?[vV]?(\d+\.\d.*)$/s.exec(tag) ?? [];
  const isOne = versionings.pep440.isValid(version) || versionings.semver.isValid(version);
  return { prefix: normalizedName(prefix), version: isOne && Version.safeParse(version).success ? version : null };
}

function isVersion(tag: {
  tag: string;
  prefix: string;
  version: string | null;
}): tag is VersionTag & { prefix: string } {
  return tag.version !== null;
}

function byVersion(a: VersionTag, b: VersionTag): number {
  const order = versionings.pep440.compare(b.version, a.version) ?? versionings.semver.compare(b.version, a.version);
  // Those that no one rule knows how to compare: the number-wise higher one first, and always in the same order.
  return order || b.tag.localeCompare(a.tag, "en", { numeric: true });
}

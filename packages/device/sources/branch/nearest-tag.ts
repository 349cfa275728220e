/** A tag as a host lists it. */
export interface TagRef {
  /** Without `refs/tags/`. */
  name: string;
  annotated: boolean;
  /** When an annotated one was made, ISO 8601; null: not known. */
  tagged_at: string | null;
}

/**
 * Which of the tags on one commit `git describe` names: an annotated one before others, of several annotated the newest,
 * of several others the first by name. Null: there are none.
 */
export function tagOnCommit<Tag extends TagRef>(tags: Tag[]): Tag | null {
  const byName = [...tags].sort((a, b) => (a.name < b.name ? -1 : 1));
  const annotated = byName.filter((tag) => tag.annotated);
  const time = (tag: Tag) => (tag.tagged_at === null ? Number.NEGATIVE_INFINITY : Date.parse(tag.tagged_at));
  const newest = annotated.reduce<Tag | null>((best, tag) => (best && time(best) >= time(tag) ? best : tag), null);
  return newest ?? byName[0] ?? null;
}

/** A tag that a commit comes from. */
export interface Candidate {
  name: string;
  /** How many commits the one described comes from, itself included, that the tag doesn't. */
  distance: number;
  /** When the commit was made that has the tag, ISO 8601; null: not known. */
  committed_at: string | null;
}

/** The nearest tag as `git describe` means it: the one with the least commits since; of equals that on the newest commit. */
export function nearestTag<Tag extends Candidate>(candidates: Tag[]): Tag | null {
  const time = ({ committed_at }: Tag) => (committed_at === null ? 0 : Date.parse(committed_at));
  const nearer = (a: Tag, b: Tag) => a.distance < b.distance || (a.distance === b.distance && time(a) > time(b));
  return candidates.reduce<Tag | null>((best, tag) => (best === null || nearer(tag, best) ? tag : best), null);
}

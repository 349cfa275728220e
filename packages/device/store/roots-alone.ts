import type { Stats } from "node:fs";

/** Whether root may believe what lies there: it is root's, and nobody else may write in it. A link's own mode says nothing. */
export function isRootsAlone({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  return uid === 0 && (mode & 0o022) === 0;
}

/** A folder of root's in which others may make files, but change and move only their own, as in `/tmp`. */
export function isRootsSticky({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  const isFolder = (mode & 0o170000) === 0o040000;
  return isFolder && uid === 0 && (mode & 0o1000) !== 0;
}

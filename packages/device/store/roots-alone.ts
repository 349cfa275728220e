import type { Stats } from "node:fs";

/** Whether root may believe what lies there: it is root's, and nobody else may write in it. A link's own mode says nothing. */
export function isRootsAlone({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  return uid === 0 && (mode & 0o022) === 0;
}

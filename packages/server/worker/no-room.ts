/** What is told of a disk that is full; which one it is, is for the log alone. */
export const NO_ROOM = "The worker's disk is full.";

/** Whether a disk that is full, or a quota that is used up, is at the bottom of it. */
export function hasNoRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" || hasNoRoom(error.cause);
}

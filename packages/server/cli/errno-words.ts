/** What a disk refuses, and why; `path` is in the sentence, if Node says it. Codes as errno(3) has them. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "that file system can only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something else has that name",
  ENOTDIR: "something on the way there is a file",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "links on the way there go in a circle",
};

/** Why a disk didn't do what it was asked, in a few words; null for what isn't such an error. */
export function errnoReason(error: unknown): string | null {
  return error instanceof Error && "code" in error ? (REASONS[String(error.code)] ?? null) : null;
}

/** The same as a sentence with the file it is about. */
export function errnoSentence(error: unknown): string | null {
  const reason = errnoReason(error);
  if (reason === null) return null;
  const path = (error as NodeJS.ErrnoException).path;
  return path === undefined ? `The disk refuses: ${reason}.` : `${path} can't be used: ${reason}.`;
}

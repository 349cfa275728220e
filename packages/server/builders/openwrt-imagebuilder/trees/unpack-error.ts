/** Why an archive wasn't unpacked. */
export type UnpackErrorCode =
  /** Not an archive, or one that is damaged. */
  | "damaged"
  | "too_large"
  /** Something in it that no ImageBuilder has. */
  | "suspicious"
  | "no_imagebuilder"
  /** The disk, not the archive. */
  | "disk_full"
  /** A program that isn't installed, or may not be used. */
  | "not_run";

export class UnpackError extends Error {
  override readonly name = "UnpackError";
  readonly code: UnpackErrorCode;

  constructor(code: UnpackErrorCode, sentence: string) {
    super(sentence);
    this.code = code;
  }

  /** What a program's last words mean; they are English (LC_ALL=C). */
  static of({ program, trouble }: { program: string; trouble: string | null }): UnpackError {
    const words = trouble ?? "";
    if (FULL.test(words)) return new UnpackError("disk_full", "the disk is full");
    if (/^spawn .*ENOENT|: not found$/.test(words)) return new UnpackError("not_run", `${program} isn't installed`);
    if (/^spawn /.test(words)) return new UnpackError("not_run", `${program} can't be run (${words})`);
    return new UnpackError("damaged", `${program} says: ${words.split("\n")[0]?.slice(0, 200)}`);
  }
}

/** The last is what tar says when the very last piece fits only in part. */
const FULL = /No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/;

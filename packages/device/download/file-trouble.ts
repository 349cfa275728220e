import { UpdateError } from "../error.ts";
import { hostOf } from "./redact-url.ts";

/** What nobody has stated the size of may have at most so many bytes: more than a device's release has any need for. */
export const UNSTATED_MAX_BYTES = 4 * 1024 ** 3;

interface Stated {
  /** In bytes. */
  size: number | null;
  sha256: string | null;
}

/** The most bytes a file may have. */
export function capOf({ size }: Stated): number {
  return size ?? UNSTATED_MAX_BYTES;
}

/** More arrives, or is announced, than there may be. `from` is who sends it, as people know it. */
export function tooLong(from: string, { size, sha256 }: Stated): UpdateError {
  if (size !== null && sha256 === null) return moved(from, `more than the expected ${size} bytes`);
  const sentence =
    size === null
      ? `The file on ${from} has more than 4 GB, which is more than Pawl takes. It was not downloaded.`
      : `The file on ${from} is longer than its release says. It was not downloaded.`;
  const detail = size === null ? `more than ${UNSTATED_MAX_BYTES} bytes` : `more than the expected ${size} bytes`;
  return new UpdateError("too_large", sentence, { detail });
}

/** Fewer bytes are announced, or are there, than the file has to have. */
export function tooShort(from: string, { sha256 }: Stated, detail: string): UpdateError {
  return sha256 === null ? moved(from, detail) : mismatch(from, detail);
}

export function mismatch(from: string, detail: string): UpdateError {
  const sentence = `The file on ${from} isn't the one its release names. Nothing of it was kept.`;
  return new UpdateError("hash_mismatch", sentence, { detail });
}

/** The host listed another size just now: nothing else says which file was meant. */
function moved(from: string, detail: string): UpdateError {
  const sentence = `The file on ${from} was replaced since the release was found. Check again to see what is there now.`;
  return new UpdateError("release_moved", sentence, { detail });
}

export function tooSlow(url: string, bytesPerSecond: number): UpdateError {
  const sentence = `The update server can't be reached: ${hostOf(url)} sends less than ${bytesPerSecond} bytes a second.`;
  return new UpdateError("offline", sentence, { detail: "too slow" });
}

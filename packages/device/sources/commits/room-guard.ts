import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../error.ts";
import { isNearlyFull } from "../../preflight/file-system.ts";
import { guarded } from "../../preflight/guarded.ts";

/** So much may always come, in bytes: a disk that is nearly full must not hide that there is an update. */
const LITTLE = 1024 ** 2;

export interface Room {
  /** A folder in which what is received becomes files; it need not be there yet. */
  dir: string;
  maxBytes: number;
  /** Who sends it, for people. */
  shown: string;
  signal: AbortSignal;
}

/**
 * Runs what receives something of which nobody says beforehand how much it will be, and ends it when that is more than
 * `maxBytes`, or would fill the disk. Throws UpdateError `too_large` or `disk_full` then, else what `work` throws.
 */
export async function guardRoom<Result>(
  { dir, maxBytes, shown, signal }: Room,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const before = await sizeOf(dir);
  const look = async () => {
    const bytes = (await sizeOf(dir)) - before;
    if (bytes > maxBytes) return tooLarge(shown, maxBytes);
    return bytes > LITTLE && (await isNearlyFull(dir)) ? diskFull(shown, dir) : null;
  };
  return guarded(look, signal, work);
}

async function sizeOf(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  // Files come and go meanwhile.
  const sizes = names.map((name) =>
    stat(join(dir, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function tooLarge(shown: string, maxBytes: number): UpdateError {
  const sentence = `${shown} sends more than ${Math.round(maxBytes / 1024 ** 2)} MiB for this; it was broken off.`;
  return new UpdateError("too_large", sentence);
}

function diskFull(shown: string, path: string): UpdateError {
  const sentence = `${shown} sends more than there is room for on this device; it was broken off. Make room and try again.`;
  return new UpdateError("disk_full", sentence, { path });
}

import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../error.ts";
import { reserveOf } from "../../preflight/space.ts";

const LOOK_EVERY_MS = 250;

/** So much may always come, in bytes: a disk that is nearly full must not hide that there is an update. */
const LITTLE = 1024 ** 2;

/**
 * Runs what lets git receive objects into `gitDir`, and ends it when the host sends more than `maxBytes`, or fills the disk:
 * git itself has no limit. Throws UpdateError `too_large` or `disk_full` then, else what `work` throws.
 */
export async function guardPacks<Result>(
  { gitDir, maxBytes, shown, signal }: { gitDir: string; maxBytes: number; shown: string; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const dir = join(gitDir, "objects", "pack");
  const before = await sizeOf(dir);
  const tooMuch = new AbortController();
  const look = async () => {
    const bytes = (await sizeOf(dir)) - before;
    if (bytes > maxBytes) tooMuch.abort(tooLarge(shown, maxBytes));
    else if (bytes > LITTLE && (await isNearlyFull(gitDir))) tooMuch.abort(diskFull(shown, gitDir));
  };
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = null;
    });
  }, LOOK_EVERY_MS);
  try {
    return await work(AbortSignal.any([signal, tooMuch.signal]));
  } catch (error) {
    signal.throwIfAborted();
    throw tooMuch.signal.aborted ? tooMuch.signal.reason : error;
  } finally {
    clearInterval(timer);
    await looking;
  }
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

async function isNearlyFull(dir: string): Promise<boolean> {
  const disk = await statfs(dir).catch(() => null);
  return disk !== null && disk.bavail * disk.bsize < reserveOf(disk.blocks * disk.bsize);
}

function tooLarge(shown: string, maxBytes: number): UpdateError {
  const sentence = `${shown} sends more than ${Math.round(maxBytes / 1024 ** 2)} MiB for this; it was broken off.`;
  return new UpdateError("too_large", sentence);
}

function diskFull(shown: string, path: string): UpdateError {
  const sentence = `${shown} sends more than there is room for on this device; it was broken off. Make room and try again.`;
  return new UpdateError("disk_full", sentence, { path });
}

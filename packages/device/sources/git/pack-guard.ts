import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../error.ts";

const LOOK_EVERY_MS = 250;

/**
 * Runs what lets git receive objects into `gitDir`, and ends it when the host sends more than `maxBytes`: git itself has no
 * limit. Throws UpdateError `too_large` then, else what `work` throws.
 */
export async function guardPacks<Result>(
  { gitDir, maxBytes, shown, signal }: { gitDir: string; maxBytes: number; shown: string; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const dir = join(gitDir, "objects", "pack");
  const before = await sizeOf(dir);
  const tooMuch = new AbortController();
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= sizeOf(dir).then((bytes) => {
      looking = null;
      if (bytes - before > maxBytes) tooMuch.abort();
    });
  }, LOOK_EVERY_MS);
  try {
    return await work(AbortSignal.any([signal, tooMuch.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (!tooMuch.signal.aborted) throw error;
    const sentence = `${shown} sends more than ${Math.round(maxBytes / 1024 ** 2)} MiB for this; it was broken off.`;
    throw new UpdateError("too_large", sentence, { cause: error });
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

import { UpstreamError } from "../../catalog/upstream/error.ts";

/**
 * The same pieces, as long as none lets wait for more than `idleMs`. Time that the reader takes in between doesn't count.
 *
 * @throws UpstreamError `timeout`
 */
export async function* patient<T>(pieces: AsyncIterable<T>, idleMs: number, what: string): AsyncGenerator<T> {
  const iterator = pieces[Symbol.asyncIterator]();
  let isLate = false;
  try {
    for (;;) {
      const next = await first(iterator.next(), idleMs);
      if (next === null) {
        isLate = true;
        throw new UpstreamError("timeout", `Nothing more of ${what} came for ${idleMs / 1000} seconds.`);
      }
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // A generator that waits can't be ended before what it waits for has come: then its owner destroys that.
    const ended = iterator.return?.();
    if (!isLate) await ended;
    else ended?.catch(() => undefined);
  }
}

async function first<T>(coming: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
    coming.catch(() => undefined);
  }
}

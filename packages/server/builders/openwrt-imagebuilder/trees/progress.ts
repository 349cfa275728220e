const MB = 1_000_000;
/** Lines come at most so often, in milliseconds. */
const PAUSE_MS = 2_000;

/** Turns counts of bytes into lines for a build's log: at the beginning, now and then, and at the end. */
export function progressOf(
  archive: string,
  note: (line: string) => void,
): (bytes: number, total: number | null) => void {
  let last = Number.NEGATIVE_INFINITY;
  let lastBytes = -1;
  return (bytes, total) => {
    const isEnd = bytes === total;
    const isAnew = bytes < lastBytes;
    const now = performance.now();
    if (bytes === lastBytes || (!isEnd && !isAnew && now - last < PAUSE_MS)) return;
    last = now;
    lastBytes = bytes;
    note(`Fetching ${archive}: ${megabytes(bytes)}${total === null ? "" : ` of ${megabytes(total)}`} MB`);
  };
}

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(1);
}

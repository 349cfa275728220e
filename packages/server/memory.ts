import { getHeapStatistics, setFlagsFromString } from "node:v8";

const MB = 1024 * 1024;
/** More than this helps no server that is known. */
const MOST = 512 * MB;
/** Of what the heap may grow to: the rest is for questions under way and for what the garbage collector hasn't looked at. */
const SHARE = 1 / 4;

/** How many bytes each of the caches may hold. */
export interface MemoryBudget {
  /** What devices ask for: documents and indexes. */
  catalog: number;
  /** Whole lists of packages, for people who search in them; by themselves, so that a search displaces nothing of the above. */
  lists: number;
  /** Answers as they are sent, compressed. */
  answers: number;
}

/**
 * Shares the memory for what may be thrown away among the caches.
 * @param total bytes for all of them; null: a quarter of what the heap may grow to (`--max-old-space-size`), at most 512 MB
 */
export function memoryBudget(
  total: number | null = null,
  heapLimit = getHeapStatistics().heap_size_limit,
): MemoryBudget {
  const bytes = total ?? Math.min(MOST, heapLimit * SHARE);
  return { catalog: Math.floor(bytes / 2), lists: Math.floor(bytes / 4), answers: Math.floor(bytes / 4) };
}

/**
 * Lets the heap double before all of it is looked through again. While a build's packages pass through, each in memory of its own, V8 would
 * do that every few megabytes, for the whole catalog: that took a processor a second and more of each build's time (measured: a third of the
 * collections, two thirds of the time).
 */
export function letHeapGrow(): void {
  setFlagsFromString("--heap-growing-percent=100");
}

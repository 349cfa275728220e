import { UpdateError } from "../error.ts";
import type { Need } from "../installers/types.ts";
import { comparedSizes, count, sizeWords } from "./words.ts";

/** Where something is going to lie. */
export interface FileSystem {
  /** The same for every path on it. */
  device: number;
  mountPoint: string;
  totalBytes: number;
  /** For those who aren't root. */
  freeBytes: number;
  /** What a file of one byte takes. */
  blockBytes: number;
  /** Null where files aren't counted: btrfs, vfat. */
  freeInodes: number | null;
}

export interface PlacedNeed extends Omit<Need, "writable"> {
  on: FileSystem;
}

/** Stays free for logs, records and everybody else: this, or one hundredth of a small file system. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const RESERVE_PART = 0.01;

/** What an update leaves free on a file system, in bytes. */
export function reserveOf(totalBytes: number): number {
  return Math.floor(Math.min(RESERVE_BYTES, totalBytes * RESERVE_PART));
}

/** Some network file systems call what they like to send at once a block. */
const BLOCK_MAX_BYTES = 4096;

interface Shortage {
  words: string;
  missing: number;
  fields: { needed_bytes?: number; free_bytes?: number; path: string; detail: string };
}

/**
 * Whether there is room for all needs together, file system by file system. Pure. Gives UpdateError `disk_full` that
 * says how much is missing where; its fields are those of the file system that lacks most.
 */
export function assessSpace(needs: readonly PlacedNeed[], version: string): UpdateError | null {
  const shortages = [...groupByFileSystem(needs)].flatMap((group) => [...shortOfBytes(group), ...shortOfInodes(group)]);
  const [worst] = shortages.sort((a, b) => b.missing - a.missing);
  if (!worst) return null;
  return new UpdateError("disk_full", shortages.map(({ words }) => words).join(" "), { version, ...worst.fields });
}

function groupByFileSystem(needs: readonly PlacedNeed[]): Iterable<PlacedNeed[]> {
  const groups = new Map<number, PlacedNeed[]>();
  for (const need of needs) groups.set(need.on.device, [...(groups.get(need.on.device) ?? []), need]);
  return groups.values();
}

function shortOfBytes(needs: readonly PlacedNeed[]): Shortage[] {
  const on = needs[0]?.on;
  if (!on) return [];
  const sizes = needs.map((need) => ({ purpose: need.purpose, bytes: onDisk(need) }));
  const wanted = sum(sizes.map(({ bytes }) => bytes));
  const reserve = reserveOf(on.totalBytes);
  const needed = wanted + reserve;
  if (wanted <= 0 || needed <= on.freeBytes) return [];
  const { missing, needs: needsWords, has } = comparedSizes(needed, on.freeBytes);
  const purposes = [...sizes, { purpose: "kept free", bytes: reserve }].filter(({ bytes }) => bytes > 0);
  return [
    {
      words: `${missing} missing on ${on.mountPoint} (needs ${needsWords}, has ${has}).`,
      missing: needed - on.freeBytes,
      fields: {
        needed_bytes: needed,
        free_bytes: on.freeBytes,
        path: on.mountPoint,
        detail: purposes.map(({ purpose, bytes }) => `${purpose} ${sizeWords(bytes)}`).join(", "),
      },
    },
  ];
}

function shortOfInodes(needs: readonly PlacedNeed[]): Shortage[] {
  const on = needs[0]?.on;
  const needed = sum(needs.map(({ inodes }) => inodes));
  if (!on || on.freeInodes === null || needed <= on.freeInodes) return [];
  const missing = needed - on.freeInodes;
  const purposes = needs.filter(({ inodes }) => inodes > 0).map(({ purpose, inodes }) => `${purpose} ${count(inodes)}`);
  const numbers = `needs ${count(needed)} files and folders, has room for ${count(on.freeInodes)}`;
  return [
    {
      words: `There are too many small files on ${on.mountPoint} already (${numbers}).`,
      missing,
      fields: { path: on.mountPoint, detail: purposes.join(", ") },
    },
  ];
}

/** Each file fills its last block up. */
function onDisk({ bytes, inodes, on }: PlacedNeed): number {
  return bytes + inodes * Math.min(on.blockBytes, BLOCK_MAX_BYTES);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

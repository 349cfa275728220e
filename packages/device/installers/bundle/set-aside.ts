import { link, rename, rm } from "node:fs/promises";
import { kindAt } from "./layout.ts";

const SUFFIX = ".pawl-old";
const SET_ASIDE = /\.pawl-old(-\d+)?$/;

/**
 * Before a file is replaced by a newer writing of the same thing: gives it a second name beside it, `*.pawl-old`. One is
 * kept and not all, or a file that its app replaces all the time would fill the disk.
 */
export async function keepOlder(path: string): Promise<void> {
  const kind = await kindAt(path);
  if (kind === null) return;
  if (kind === "folder" || (await kindAt(`${path}${SUFFIX}`)) === "folder") return setAside(path, path);
  await rm(`${path}${SUFFIX}`, { force: true });
  await link(path, `${path}${SUFFIX}`);
}

/** Moves something out of the way of something else, beside `place` as `*.pawl-old`, `*.pawl-old-2` and so on. Each is kept. */
export async function setAside(path: string, place: string): Promise<void> {
  if ((await kindAt(path)) === null) return;
  let n = 1;
  while ((await kindAt(asideName(place, n))) !== null) n++;
  await rename(path, asideName(place, n));
}

/** The name beside a path under which something is kept that had to give way: the first, the second and so on. */
export function asideName(path: string, n: number): string {
  return n === 1 ? `${path}${SUFFIX}` : `${path}${SUFFIX}-${n}`;
}

/** Whether a name is what was set aside for another of these names. */
export function isSetAside(name: string, names: ReadonlySet<string>): boolean {
  return SET_ASIDE.test(name) && names.has(name.replace(SET_ASIDE, ""));
}

import { link, rename, rm } from "node:fs/promises";
import { kindAt } from "./layout.ts";

const SUFFIX = ".pawl-old";

/**
 * Keeps what stands where something newer goes, beside it as `*.pawl-old`: an older writing of the same thing, or of
 * another release's. One is kept, not all, or a file that its app replaces all the time would fill the disk.
 * A file stays under its own name too until it is replaced.
 */
export async function setAside(path: string): Promise<void> {
  const kind = await kindAt(path);
  if (kind === null) return;
  await rm(asidePath(path), { recursive: true, force: true });
  await (kind === "folder" ? rename(path, asidePath(path)) : link(path, asidePath(path)));
}

/** Where `setAside` keeps it. */
export function asidePath(path: string): string {
  return `${path}${SUFFIX}`;
}

/** Whether a name is what was set aside for another of these names. */
export function isSetAside(name: string, names: ReadonlySet<string>): boolean {
  return name.endsWith(SUFFIX) && names.has(name.slice(0, -SUFFIX.length));
}

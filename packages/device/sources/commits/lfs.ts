import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** What stands in for a file that is kept elsewhere (Git LFS specification), and how long such a text is at most, in bytes. */
const POINTER = "version https://git-lfs.github.com/spec/v1\n";
const POINTER_MAX = 1024;

/** Longer ones aren't read to see whether they speak of Git LFS, in bytes: then the files are looked at. */
const ATTRIBUTES_MAX = 256 * 1024;

/** A file below a folder, by its path from there, and its length. */
export interface LaidFile {
  path: string;
  bytes: number;
}

/** The first of a commit's files, laid out in `dir`, of which only the pointer to Git LFS is there; null when all are whole. */
export async function keptInLfs(dir: string, files: readonly LaidFile[]): Promise<string | null> {
  if (!(await mayUseLfs(dir, files))) return null;
  for (const { path, bytes } of files) {
    if (bytes <= POINTER_MAX && (await readFile(join(dir, path), "latin1")).startsWith(POINTER)) return path;
  }
  return null;
}

async function mayUseLfs(dir: string, files: readonly LaidFile[]): Promise<boolean> {
  for (const { path, bytes } of files) {
    if (basename(path) !== ".gitattributes") continue;
    if (bytes > ATTRIBUTES_MAX || /\bfilter=lfs\b/.test(await readFile(join(dir, path), "latin1"))) return true;
  }
  return false;
}

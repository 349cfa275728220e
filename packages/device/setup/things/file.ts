import { chmod, lchown, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder, writeFileDurably } from "../../store/atomic-file.ts";
import { at, statsAt } from "../ground.ts";
import { GOES, type Ground, type Thing } from "../types.ts";

export interface FileOptions {
  path: string;
  content: string | Uint8Array;
  /** Default 0644. */
  mode?: number;
  /** What it is, where the path doesn't say it. */
  what?: string;
  /** Rejects with what keeps such a file from being of use: called before it is written. */
  check?: (signal: AbortSignal) => Promise<void>;
}

/** A file of root's, replaced as a whole. Its folder is root's: nobody else can lay a link in its way. */
export function file(ground: Ground, { path, content, mode = 0o644, what, check }: FileOptions): Thing {
  const place = at(ground, path);
  return {
    path,
    does: `write ${path}${what ? `, ${what}` : ""} (root, ${modeWords(mode)})`,
    undoes: `remove ${path}`,
    ...(typeof content === "string" && { text: content }),
    isDone: async () => {
      const there = await statsAt(ground, path);
      if (!there?.isFile() || there.uid !== 0 || there.gid !== 0 || (there.mode & 0o7777) !== mode) return false;
      return Buffer.from(content).equals(await readFile(place));
    },
    make: async (signal) => {
      await check?.(signal);
      await writeFileDurably(place, content, mode);
      await makeRoots(place, mode);
    },
    fate: async () => ((await statsAt(ground, path)) === null ? null : { ...GOES, path }),
    remove: async () => removeFile(place),
  };
}

/** A folder may hand its group on to what is made in it, and the umask may have taken something away. */
export async function makeRoots(place: string, mode: number): Promise<void> {
  await lchown(place, 0, 0);
  await chmod(place, mode);
}

export async function removeFile(place: string): Promise<void> {
  await unlink(place);
  await syncFolder(dirname(place));
}

/** `0644` */
export function modeWords(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

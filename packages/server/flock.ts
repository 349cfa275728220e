import { spawn } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import { codeOf } from "./storage/trouble.ts";

/**
 * A lock on a file or folder that is there: flock(2). The kernel gives it back when this process ends, however that comes, and anybody on this
 * machine sees whether it is held: also from another container, where a process has another number or none. Null while somebody else has it.
 * Whatever is locked may be renamed, and removed.
 * @throws as open(2) does
 */
export async function tryLock(path: string): Promise<AsyncDisposable | null> {
  const file = await open(path, "r");
  let isKept = false;
  try {
    isKept = await lock(file);
    return isKept ? { [Symbol.asyncDispose]: () => file.close() } : null;
  } finally {
    if (!isKept) await file.close();
  }
}

/** Whether somebody who lives has it locked, this process included. What isn't there isn't. */
export async function isLocked(path: string): Promise<boolean> {
  try {
    await using lock = await tryLock(path);
    return lock === null;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

/** The lock belongs to the open file, not to who has asked for it: it stays with ours when flock(1) has ended. */
async function lock(file: FileHandle): Promise<boolean> {
  const child = spawn("flock", ["-n", "3"], { stdio: ["ignore", "ignore", "ignore", file.fd] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => {
      // A machine without util-linux: there those who see each other's processes go by these alone.
      if (codeOf(error) === "ENOENT") resolve(0);
      else reject(error);
    });
    child.once("exit", resolve);
  });
  if (code === 0 || code === 1) return code === 0;
  throw new Error(`flock ended with ${code}`);
}

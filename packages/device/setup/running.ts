import { readdir, readFile } from "node:fs/promises";
import { AppName } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { appPaths } from "../store/paths.ts";
import { jsonOrNull } from "../store/record.ts";
import { openUntrusted } from "../store/untrusted-file.ts";
import { isAlive, type ProcessIdentity } from "../system/process-identity.ts";
import { at } from "./ground.ts";
import type { Ground } from "./types.ts";

/** More than who holds a lock has to say, in bytes. */
const MOST_BYTES = 64 * 1024;

/** The apps that have a folder below the state folder, whether or not pawl.yaml still names them. */
export async function appsOnDisk(ground: Ground, stateDir: string): Promise<string[]> {
  return (await namesIn(at(ground, stateDir))).filter((name) => AppName.safeParse(name).success).sort();
}

/** Throws UpdateError `busy` while an app of this device is being checked or updated. */
export async function assertNothingRuns(ground: Ground, stateDir: string): Promise<void> {
  for (const app of await appsOnDisk(ground, stateDir)) {
    const { api, apply } = appPaths(at(ground, stateDir), app);
    for (const dir of [apply.lock, api.lock]) {
      if (!(await isHeld(dir))) continue;
      throw new UpdateError(
        "busy",
        `An update of ${app} is running. Wait for its end, or cancel it: pawl cancel --app ${app}`,
      );
    }
  }
}

/**
 * The lock of `store/lock.ts`, looked at as what it is to root: another user's files. Whoever made one may have named any
 * process in it, so only one of their own is believed: nobody can make a file of another user's.
 */
async function isHeld(dir: string): Promise<boolean> {
  const numbers = (await namesIn(dir)).filter((name) => /^\d+$/.test(name)).map(Number);
  if (numbers.length === 0) return false;
  const claim = await claimIn(`${dir}/${Math.max(...numbers)}`);
  if (!claim || typeof claim.pid !== "number" || !claim.boot_id || !claim.start_time) return false;
  const { pid, boot_id, start_time } = claim;
  return isAlive({ pid, boot_id, start_time }) && (await userOf(pid)) === claim.uid;
}

/** What a lock file says, and whose it is; null for what can't be one. */
async function claimIn(path: string): Promise<(Partial<ProcessIdentity> & { uid: number }) | null> {
  try {
    await using file = await openUntrusted(path);
    const { uid, size } = await file.stat();
    if (size > MOST_BYTES) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
    const said = jsonOrNull(buffer.toString("utf8", 0, bytesRead));
    return typeof said === "object" && said !== null ? { ...said, uid } : null;
  } catch {
    return null;
  }
}

/** As whom a process runs; null for one that is gone. By its status: of one that has become somebody else, /proc/<pid> itself is root's (proc(5)). */
async function userOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const effective = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  return effective === undefined ? null : Number(effective);
}

/** None where there is no folder, or one that we may not look into. */
async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}

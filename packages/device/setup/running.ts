import { readdir } from "node:fs/promises";
import { AppName } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { appPaths } from "../store/paths.ts";
import { jsonOrNull } from "../store/record.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
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

/** The lock of `store/lock.ts`, looked at as what it is to root: another user's files. */
async function isHeld(dir: string): Promise<boolean> {
  const numbers = (await namesIn(dir)).filter((name) => /^\d+$/.test(name)).map(Number);
  if (numbers.length === 0) return false;
  const bytes = await readUntrusted(`${dir}/${Math.max(...numbers)}`, MOST_BYTES).catch(() => null);
  const owner = jsonOrNull(bytes?.toString("utf8") ?? "") as Partial<ProcessIdentity> | null;
  if (typeof owner?.pid !== "number" || !owner.boot_id || !owner.start_time) return false;
  return isAlive({ pid: owner.pid, boot_id: owner.boot_id, start_time: owner.start_time });
}

/** None where there is no folder, or one that we may not look into. */
async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}

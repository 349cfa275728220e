import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity } from "@pawl/device/process-identity";
import type { Logger } from "pino";
import { isLocked } from "../../flock.ts";
import { isAbsent } from "../trouble.ts";
import type { Places } from "./places.ts";

/** `<build>.<pid>.<start>.<boot>.<copy>`: who puts it, in its name, so that there is no moment at which nobody owns it. */
const INCOMING = /^([0-9a-f]{32})\.(\d+)\.(\d+)\.([0-9a-f-]+)\.([0-9a-f]{16})$/;

export function incomingName({ build, copy }: { build: string; copy: string }): string {
  const { pid, start_time, boot_id } = ownIdentity();
  return `${build}.${pid}.${start_time}.${boot_id}.${copy}`;
}

/** What such a folder becomes once it is whole. */
export function copyOfIncoming(name: string): { build: string; copy: string } | null {
  const [, build, , , , copy] = INCOMING.exec(name) ?? [];
  return build === undefined || copy === undefined ? null : { build, copy };
}

/** Removes what dead puts of a build, or of one copy of it, have left. */
export async function clearIncoming(
  { incoming }: Pick<Places, "incoming">,
  build: string,
  copy?: string | null,
): Promise<void> {
  for (const name of await readdir(incoming)) {
    const at = copyOfIncoming(name);
    const isMeant = at?.build === build && (copy === undefined || at.copy === copy);
    if (isMeant && !(await isAtWork(incoming, name))) await rm(join(incoming, name), { recursive: true, force: true });
  }
}

/**
 * Removes what puts left whose process has died, and builds that were on their way out. What can't be removed is told and
 * left: the store works all the same.
 */
export async function clearLeftOvers(
  { incoming, removed }: Pick<Places, "incoming" | "removed">,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  const dead: string[] = [];
  for (const name of await readdir(incoming)) if (!(await isAtWork(incoming, name))) dead.push(name);
  const gone = await readdir(removed);
  if (dead.length > 0) log.info({ puts: dead.length }, "removing what interrupted puts have left in the store");
  for (const path of [...dead.map((name) => join(incoming, name)), ...gone.map((name) => join(removed, name))]) {
    signal?.throwIfAborted();
    await rm(path, { recursive: true, force: true }).catch((err: unknown) =>
      log.warn({ err, path }, "this could not be removed from the store"),
    );
  }
}

/** An empty one, that is locked in a moment if its process lives, in milliseconds. */
const HIDDEN_FOR = 10 * 60_000;

/** Where nobody has that number it may be another container's, which has locked it. */
async function isAtWork(incoming: string, name: string): Promise<boolean> {
  if (name.startsWith(".")) return (await ageOf(join(incoming, name))) < HIDDEN_FOR;
  const [, , pid, start_time, boot_id] = INCOMING.exec(name) ?? [];
  if (pid === undefined || start_time === undefined || boot_id === undefined) return false;
  return isAlive({ pid: Number(pid), start_time, boot_id }) || isLocked(join(incoming, name));
}

/** In milliseconds. Of what isn't there any more 0: nobody has to remove it. */
async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await lstat(path)).mtimeMs;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}

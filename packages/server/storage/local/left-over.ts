import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity } from "@pawl/device/process-identity";
import type { Logger } from "pino";
import type { Places } from "./places.ts";

/** `<build>.<pid>.<start>.<boot>.<random>`: who puts it, in its name, so that there is no moment at which nobody owns it. */
const INCOMING = /^([0-9a-f]{32})\.(\d+)\.(\d+)\.([0-9a-f-]+)\.[0-9a-f]+$/;

export function incomingName(build: string): string {
  const { pid, start_time, boot_id } = ownIdentity();
  return `${build}.${pid}.${start_time}.${boot_id}.${randomBytes(4).toString("hex")}`;
}

/** The build that such a folder is of. */
export function buildOfIncoming(name: string): string | null {
  return INCOMING.exec(name)?.[1] ?? null;
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
  const dead = (await readdir(incoming)).filter((name) => !isAtWork(name));
  const gone = await readdir(removed);
  if (dead.length > 0) log.info({ puts: dead.length }, "removing what interrupted puts have left in the store");
  for (const path of [...dead.map((name) => join(incoming, name)), ...gone.map((name) => join(removed, name))]) {
    signal?.throwIfAborted();
    await rm(path, { recursive: true, force: true }).catch((err: unknown) =>
      log.warn({ err, path }, "this could not be removed from the store"),
    );
  }
}

function isAtWork(name: string): boolean {
  const [, , pid, start_time, boot_id] = INCOMING.exec(name) ?? [];
  if (pid === undefined || start_time === undefined || boot_id === undefined) return false;
  return isAlive({ pid: Number(pid), start_time, boot_id });
}

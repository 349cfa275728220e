import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { allProcesses, marked } from "./limits/process-tree.ts";
import { PLACE_NAMES } from "./place/paths.ts";
import { removeTree } from "./place/remove.ts";

const MOST_PASSES = 200;
const PASS_MS = 10;

/** Notes which folder a sandbox is in, for whoever finds the note after this process was killed. */
export async function noteSandbox(notes: string, name: string, folder: string): Promise<void> {
  // Not synced: a power cut ends the build with the worker, and the folder is removed with the worker's other scratch.
  await writeFile(join(notes, name), folder, { mode: 0o600 });
}

export async function forgetSandbox(notes: string, name: string): Promise<void> {
  await rm(join(notes, name), { force: true });
}

/**
 * Removes the layers of sandboxes whose worker has died. Their processes have died with it, but for what ran without namespaces: that is
 * known by its mark, and ended here.
 */
export async function clearLeftovers(
  notes: string,
  isGone: (name: string) => Promise<boolean>,
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<void> {
  for (const name of await readdir(notes)) {
    if (!(await isGone(name))) continue;
    const folder = await readFile(join(notes, name), "utf8").catch(() => null);
    // Another worker of this machine was quicker.
    if (folder === null) continue;
    log.info({ folder }, "removing what a killed worker's build has left");
    await endMarked(name, signal);
    if (isAbsolute(folder)) await emptyPlace(folder, log, signal);
    await forgetSandbox(notes, name);
  }
}

/** Again until none is found: one that begins another meanwhile may be seen before it does, or while it has no environment. */
async function endMarked(name: string, signal: AbortSignal): Promise<void> {
  for (let passes = 0, clean = 0; passes < MOST_PASSES && clean < 2; passes++) {
    const found = marked(name, allProcesses());
    clean = found.length === 0 ? clean + 1 : 0;
    for (const { pid } of found) end(pid);
    if (clean < 2) await sleep(PASS_MS, undefined, { signal });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Removes what a sandbox has made in its folder. */
export async function emptyPlace(folder: string, log: Logger, signal: AbortSignal): Promise<void> {
  for (const name of PLACE_NAMES) {
    const trouble = await removeTree(join(folder, name), signal);
    if (trouble !== null) log.warn({ folder, trouble }, "a build's files could not be removed");
  }
}

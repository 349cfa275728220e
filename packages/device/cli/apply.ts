import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createApplier } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { UpdateError } from "../error.ts";
import { parseOrder, type RootsOrder } from "../helper/order.ts";
import { PLACES, wayFacts } from "../helper/places.ts";
import { leave, TOO_MANY, waitingPlace } from "../helper/turnstile.ts";
import { carryOutInUnit } from "../helper/unit.ts";
import { wayToRoot } from "../helper/way.ts";
import { outsidersPlace } from "../setup/outsiders.ts";
import { isRootsAlone, isRootsSticky } from "../store/roots-alone.ts";
import { run } from "../system/run.ts";

/**
 * Root's side: carries out one order. The configuration is read without the overrides of the environment.
 * Throws UpdateError `bad_request` for a call that is another than was ordered.
 */
export async function apply(configPath: string, order: RootsOrder, signal: AbortSignal): Promise<void> {
  // What root writes, the unprivileged side reads.
  process.umask(0o022);
  const config = await loadConfig({ path: configPath, env: {} });
  if (order.action === "schedule") {
    const { writeSchedule } = await import("../schedule/index.ts");
    return writeSchedule(config, { run, signal });
  }
  const applier = await createApplier(config, order.app);
  await leave();
  await applier.apply(order.updateId, signal, order.action);
}

/**
 * Under the name `pawl-apply`, which an unprivileged user may be allowed to start as root: an order of its vocabulary and
 * nothing else, with the system's own configuration. Returns the exit code.
 */
export async function pawlApply(args: readonly string[], configPath: string, signal: AbortSignal): Promise<number> {
  const order = parseOrder(args);
  if (process.geteuid?.() === 0) {
    await assertRootsOwn(configPath);
    if (process.argv[1] === PLACES.helper) await assertRootsProgram([PLACES.helper, process.execPath]);
    // Called by sudo it is in its caller's cgroup, and would end when that service is restarted.
    if (wayToRoot(wayFacts(configPath)) === "unit" && !isInUnit()) {
      await using place = await waitingPlace();
      if (!place) throw new UpdateError("busy", TOO_MANY);
      await leave();
      await carryOutInUnit(order, run, signal);
      return 0;
    }
  }
  await apply(configPath, order, signal);
  return 0;
}

/** Whether systemd keeps this process apart from its caller's already. */
function isInUnit(): boolean {
  return readFileSync("/proc/self/cgroup", "utf8").includes("/pawl-apply@");
}

/** Root does what this file says: nobody else may write it, nor put another in its place. */
async function assertRootsOwn(path: string): Promise<void> {
  for (const each of [path, ...foldersAbove(path)]) {
    // One that isn't there has its words from whoever reads it.
    const found = await stat(each).catch(() => null);
    if (!found || isRootsAlone(found) || isRootsSticky(found)) continue;
    const message = `Others than root may write ${each}. Make it root's own: chown root ${each} && chmod go-w ${each}`;
    throw new UpdateError("config_invalid", message, { path: each });
  }
}

/**
 * What root runs now, with every folder on the way and whatever a link leads to: if somebody else may change it, the next
 * order would be carried out by their program. Throws UpdateError `requires_unmet` with what to do.
 */
export async function assertRootsProgram(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const place = await outsidersPlace({ root: "/" }, path);
    if (place === null) continue;
    const message = `Root was asked to run ${path}, and others than root can change ${place}. Look at what is there, then run: chown -h root: ${place} && chmod go-w ${place}`;
    throw new UpdateError("requires_unmet", message, { path: place });
  }
}

/** `/etc/pawl`, `/etc`, `/` */
function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/") || "/");
}

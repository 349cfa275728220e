import type { ApplyRecord, FetchRecord, Release, Update } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { isNamed } from "./asked-version.ts";
import type { InPlace, Installer } from "./installers/types.ts";
import type { Skipped } from "./update/choose.ts";
import { type FetchEvent, toward } from "./update/fetch-transition.ts";
import { type Identity, isSame, isSameRelease } from "./update/identity.ts";
import { obstacleTo } from "./update/obstacle.ts";
import { forChannel } from "./update/status.ts";

/** What an install is decided by, besides this side's record. */
export interface BeginInstallParts {
  /** What the device has, be it from before Pawl. */
  current: Identity | null;
  skipped: Skipped;
  /** Root's record. */
  apply: Pick<ApplyRecord, "refused">;
  installer: Pick<Installer, "current" | "kept">;
  versioning: Versioning;
  now: Date;
}

/** What an install begins with; null: it only goes on. `id`: of the update that it is part of from then on. */
export interface BegunInstall {
  id: string;
  event: FetchEvent | null;
}

/**
 * How an install begins that was asked for: from what waits for its window, from what is on the device, from what the last
 * check found, or with a check. Throws UpdateError `up_to_date` or `downgrade_refused` when there is nothing to begin.
 */
export async function beginInstall(
  record: FetchRecord,
  update: Update,
  { current, skipped, apply, installer, versioning, now }: BeginInstallParts,
): Promise<BegunInstall> {
  const { id } = update;
  const named = update.by_name ? (update.to ?? undefined) : undefined;
  const { engine, release } = forChannel(record, update.channel);
  const waiting = engine.status === "waiting" ? engine : null;
  const target = [release, waiting?.release].find((one) => one && isNamed(one, named));
  if (waiting && target && isSame(waiting.release, target)) {
    return { id: waiting.update.id, event: update.unattended ? null : { type: "window-opened" } };
  }
  // Who insists wants it from the source; what comes by itself has been looked for there.
  const mayBeKept = !update.force && !update.unattended;
  const kept = named !== undefined && mayBeKept ? await keptRelease(installer, named, release) : null;
  if (kept) return { id, event: { type: "kept-asked", update: toward(update, kept) } };
  if (!target) return { id, event: { type: "check-asked", at: now.toISOString(), update } };
  const known = { current, refused: apply.refused, left_alone: record.left_alone, skipped };
  const obstacle = obstacleTo(update, target, known, versioning);
  if (obstacle) throw obstacle;
  const isHere = mayBeKept && (await isOnThisDevice(installer, target));
  if (isHere) return { id, event: { type: "kept-asked", update: toward(update, target) } };
  return { id, event: { type: "install-asked", update: toward(update, target), release: target } };
}

/** A release left on this device, by its version, unless its host is known to have another of that name by now. */
async function keptRelease(
  installer: BeginInstallParts["installer"],
  version: string,
  known: FetchRecord["release"],
): Promise<InPlace | null> {
  const current = await installer.current();
  const kept = (await installer.kept()).find((one) => isNamed(one, version));
  // Of two trees of one version the one in place counts.
  if (!kept || (current && kept.version === current.version && !kept.commit)) return null;
  const isReplaced = known && isNamed(known, version) && !isSame(known, kept);
  return isReplaced ? null : kept;
}

/**
 * Whether this very release is on the device, whole: left by a rollback, for instance. Root's side finds it by its
 * commit, else by its version, so the first of that version has to be the one.
 */
async function isOnThisDevice(
  installer: BeginInstallParts["installer"],
  target: Pick<Release, "version" | "manifest_sha256" | "commit">,
): Promise<boolean> {
  const named = (await installer.kept()).filter((one) => one.version === target.version);
  const found = named.find(({ commit }) => commit && commit === target.commit) ?? named[0];
  return found !== undefined && isSameRelease(found, target) === true;
}

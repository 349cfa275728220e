import { randomBytes } from "node:crypto";
import type { Move } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import type { InstalledRecord } from "../../../store/installed.ts";
import type { JournalFile } from "../../journal-file.ts";
import { configOf, keptBy, type Ownership } from "../ownership.ts";
import { backUp, type Endangered, readBackupList, standingAt, standingIn } from "./back-up.ts";
import { checkTargets } from "./check-targets.ts";
import type { Journal } from "./journal.ts";
import { planAside } from "./lay-aside.ts";
import { clearWaiting, layWaiting } from "./lay-waiting.ts";
import { type PlaceMap, pathOf } from "./place.ts";
import { planSwitch, type Standing } from "./plan-switch.ts";
import { endangered, isFree, nextSide, previousSide } from "./sides.ts";
import { OTHER } from "./standing.ts";
import { survey } from "./survey.ts";
import type { TreeStore } from "./tree-store.ts";
import { removeMade } from "./undo.ts";

export interface SwitchParts {
  store: TreeStore;
  journals: JournalFile<Journal>;
  ownership: Pick<Ownership, "keep" | "config">;
  /** Where the next release's paths go. */
  map: PlaceMap;
  /** What counts as installed. */
  record: InstalledRecord | null;
  sync(folder: string): Promise<void>;
}

/**
 * Everything before the one moment at which the device changes: a backup of what stands in place, the journal, and every
 * new file laid beside its place. May run twice. Not yet durable: what was laid.
 */
export async function prepareSwitch(move: Move, parts: SwitchParts): Promise<Journal> {
  const { store, journals, ownership, map, record, sync } = parts;
  const older = await journals.load(move);
  if (older) {
    await clearWaiting(older);
    await removeMade(older);
  }

  const manifest = await store.manifest(move.next);
  const previous = await previousSide(store, move.previous, record?.map ?? map);
  const next = await nextSide(store, move.next, manifest, map);
  const config = configOf(ownership, manifest, ...(previous.manifest ? [previous.manifest] : []));
  const isKept = keptBy(ownership);
  const isConfig = (path: string) => config.has(path);

  const things = endangered([...previous.places, ...next.places], isKept, isConfig);
  const standing = await standingNow(store, move, things, older !== null, sync);
  for (const [path, place] of next.places) {
    if (isKept(path) && !(await isFree(place))) standing.set(pathOf(place), { mark: OTHER, mode: 0, back: null });
  }
  const changes = planSwitch({ previous, next, standing, isKept, isConfig });
  const ops = [...(await planAside(changes, { previous, next, isKept, isConfig })), ...changes];
  const appeared = move.previous === null && ops.find((op) => op.was !== null);
  if (appeared) throw unexpected(pathOf(appeared));
  const targets = [...next.places].flatMap(([path, place]) => (isKept(path) ? [] : [place]));
  await checkTargets(targets, new Set(ops.filter((op) => op.from === null).map(pathOf)));

  const token = randomBytes(4).toString("hex");
  const { previous: from, next: to } = move;
  const journal: Journal = { previous: from, next: to, token, record, ops, ...(await survey(ops, token)) };
  await journals.save(journal);
  await layWaiting(journal, store);
  return journal;
}

/** What stands where, with a copy of it in the previous tree's files; one that this move has made already counts. */
async function standingNow(
  store: TreeStore,
  { previous }: Move,
  things: readonly Endangered[],
  isResumed: boolean,
  sync: SwitchParts["sync"],
): Promise<Map<string, Standing>> {
  if (previous === null) return standingAt(things);
  const isThere = isResumed && (await store.isWhole(previous)) && (await store.isBackup(previous));
  if (!isThere) await backUp(store, previous, things, sync);
  return standingIn((await readBackupList(store, previous)) ?? new Map());
}

function unexpected(path: string): UpdateError {
  return new UpdateError("backup_failed", `${path} has just appeared where the release has a file. Try again.`, {
    path,
  });
}

import type { Move } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import type { InstalledStore } from "../../../store/installed.ts";
import type { JournalFile } from "../../journal-file.ts";
import type { Report } from "../../types.ts";
import { isDiskFull } from "../step-error.ts";
import type { Journal } from "./journal.ts";
import { clearWaiting } from "./lay-waiting.ts";
import type { TreeStore } from "./tree-store.ts";
import { removeMade, undo } from "./undo.ts";

export interface GoBackParts {
  store: TreeStore;
  journals: JournalFile<Journal>;
  installed: InstalledStore;
  /** The tree that counts as installed. */
  current: string | null;
  syncPlaces(journal: Journal): Promise<void>;
}

/**
 * Puts in place again what a move led away from, and the record of it. May run twice: the journal goes last, and without
 * it there is nothing to take back. True when there was. Throws UpdateError `no_backup`.
 */
export async function goBack(move: Move, report: Report, parts: GoBackParts): Promise<boolean> {
  const { store, journals, current, syncPlaces } = parts;
  const journal = await journals.load(move);
  if (journal === null && current === move.previous) return false;
  const needsBackup = journal === null || journal.ops.some((op) => op.back !== null);
  if (journal === null || (needsBackup && !(await store.isWhole(move.previous ?? "")))) {
    throw new UpdateError("no_backup", `${move.previous} isn't on this device any more.`);
  }
  const wasInPlace = await undoInTheRoomThereIs(journal, store, report);
  await syncPlaces(journal);
  await recordAgain(journal, parts).catch((error) => {
    // It says so already, and on a full disk nothing can be written.
    if (!isDiskFull(error) || current === null || current !== move.previous) throw error;
  });
  await journals.remove();
  // What is in place again needs no copy.
  if (move.previous !== null) await store.dropFiles(move.previous);
  return wasInPlace;
}

async function recordAgain({ record }: Journal, { installed }: GoBackParts): Promise<void> {
  if (record) await installed.save(record);
  else await installed.clear();
}

/** Takes back what was prepared for a switch that never began. May run twice. */
export async function abandon(
  move: Move,
  { store, journals, current }: Omit<GoBackParts, "syncPlaces">,
): Promise<void> {
  if (current === move.next) return;
  const journal = await journals.load(move);
  if (journal) {
    await clearWaiting(journal);
    await removeMade(journal);
    await journals.remove();
  }
  if (move.previous !== null && move.previous === current) await store.dropFiles(move.previous);
  if (!move.kept) await store.remove(move.next);
}

/** Room on a full disk is made by what one goes back from: a working device comes first. */
async function undoInTheRoomThereIs(journal: Journal, store: TreeStore, report: Report): Promise<boolean> {
  const onDamaged = ({ message }: UpdateError) => report.line(message, "error");
  try {
    return await undo(journal, store, onDamaged);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    report.line(`The disk is full: removing the copy of ${journal.next} that was kept`, "warn");
    await store.dropFiles(journal.next);
    await undo(journal, store, onDamaged);
    return true;
  }
}

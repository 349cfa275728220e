import type { Outcome } from "@pawl/protocol";
import { appendLineDurably } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";
import { peekText } from "./untrusted-file.ts";

/** Adds an update's end to a history file, once: a repeated call with the same id does nothing and gives false. */
export async function recordOutcome(path: string, outcome: Outcome): Promise<boolean> {
  const rows = await readHistory([path]);
  if (rows.some((row) => row.id === outcome.id)) return false;
  await appendLineDurably(path, JSON.stringify(outcome));
  return true;
}

/**
 * The updates in some history files, newest first. Lines that a power cut left unfinished are passed over. Of an update
 * that is in several files the last file's word counts: one side may have given up what the other finished later.
 */
export async function readHistory(paths: readonly string[], limit = Number.POSITIVE_INFINITY): Promise<Outcome[]> {
  const rows = paths
    .flatMap((path) => peekText(path).split("\n"))
    .map((line) => jsonOrNull(line) as Outcome | null)
    .filter((row): row is Outcome => typeof row?.id === "string");
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

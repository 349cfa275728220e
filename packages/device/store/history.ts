import type { Outcome } from "@pawl/protocol";
import { appendLineDurably, readTextIfThere } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";

/** Adds an update's end to a history file, once: a repeated call with the same id does nothing. */
export async function recordOutcome(path: string, outcome: Outcome): Promise<void> {
  const rows = await readHistory([path]);
  if (rows.some((row) => row.id === outcome.id)) return;
  await appendLineDurably(path, JSON.stringify(outcome));
}

/** The updates in some history files, newest first. Lines that a power cut left unfinished are passed over. */
export async function readHistory(paths: readonly string[], limit = Number.POSITIVE_INFINITY): Promise<Outcome[]> {
  const texts = await Promise.all(paths.map(readTextIfThere));
  const rows = texts
    .flatMap((text) => (text ?? "").split("\n"))
    .map((line) => jsonOrNull(line) as Outcome | null)
    .filter((row): row is Outcome => typeof row?.id === "string");
  return rows.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

import type { Failure, Outcome, Update, UpdateResult } from "@pawl/protocol";

/** The line of history an update ends with. */
export function outcomeOf(update: Update, result: UpdateResult, failure: Failure | null, at: string): Outcome {
  const { id, kind, from, to, channel, started_at, bytes_downloaded, resumed } = update;
  return { id, kind, from, to, channel, started_at, finished_at: at, result, failure, bytes_downloaded, resumed };
}

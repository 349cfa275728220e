import type { Failure, Outcome, Update, UpdateResult } from "@pawl/protocol";

/** The line of history an update ends with. */
export function outcomeOf(update: Update, result: UpdateResult, failure: Failure | null, at: string): Outcome {
  const { id, kind, from, to, channel, started_at, bytes_downloaded, resumed } = update;
  return { id, kind, from, to, channel, started_at, finished_at: at, result, failure, bytes_downloaded, resumed };
}

/** What the page shows when an update has ended: going on as before after one that was cancelled. */
export function endState({ result }: Pick<Outcome, "result">): "complete" | "error" | "idle" {
  return result === "success" ? "complete" : result === "cancelled" ? "idle" : "error";
}

/**
 * The line of history for what was there before Pawl and has become a release. Its id follows from the update's, so that
 * a repeated one is the same, and is always the older of the two.
 */
export function adoptionOf(update: Update, version: string, now: Date): Outcome {
  const id = `${update.id.split("-")[0]}-000000`;
  const adoption: Update = { ...update, id, kind: "adopt", from: null, to: version, bytes_downloaded: 0 };
  return outcomeOf(adoption, "success", null, now.toISOString());
}

import type { Failure, Outcome, Update, UpdateResult } from "@pawl/protocol";

/** The line of history an update ends with. */
export function outcomeOf(update: Update, result: UpdateResult, failure: Failure | null, at: string): Outcome {
  const { id, kind, from, to, from_commit, commit, channel, started_at, bytes_downloaded, resumed } = update;
  const commits = { ...(from_commit && { from_commit }), ...(commit && { to_commit: commit }) };
  const end = { finished_at: at, result, failure };
  return { id, kind, from, to, ...commits, channel, started_at, ...end, bytes_downloaded, resumed };
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
  const { commit: _, from_commit: __, ...adopting } = update;
  const adoption: Update = { ...adopting, id, kind: "adopt", from: null, to: version, bytes_downloaded: 0 };
  return outcomeOf(adoption, "success", null, now.toISOString());
}

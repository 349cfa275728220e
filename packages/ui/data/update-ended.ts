import { type AppClient, answerOf, type DeviceSchemas } from "./device.ts";
import type { AppStatus } from "./live-app.ts";

export type Failure = DeviceSchemas["Failure"];
type Outcome = DeviceSchemas["Outcome"];

/** How the last update ended. */
export interface Ended
  extends Pick<Outcome, "result" | "kind" | "to" | "from" | "failure">,
    Partial<Pick<Outcome, "id" | "from_commit" | "to_commit" | "started_at" | "finished_at">> {}

/** The line of history of the update that ended last; null: it isn't there (yet), and another one's isn't its. @throws ApiFailure */
export async function lastEnded(client: AppClient, status: AppStatus, signal: AbortSignal): Promise<Ended | null> {
  const query = { limit: 5 };
  const { updates } = await answerOf(client.GET("/update/history", { params: { query }, signal }));
  // The number is that of the one that waits, where one does.
  const isOfEnd = status.update === null && status.update_id !== null;
  return updates.find(({ id, kind }) => (isOfEnd ? id === status.update_id : kind !== "adopt")) ?? null;
}

/** The same, as far as status alone knows it; null when there is nothing to tell. */
export function endedBy(status: AppStatus): Ended | null {
  const { last_result: result, current_version: current, failure } = status;
  if (result === null) return null;
  // A failed check has no phase, and is no update's end.
  const why = failure?.phase ? failure : null;
  const to = result === "success" ? current : (why?.version ?? null);
  return { result, kind: "install", from: result === "success" ? null : current, to, failure: why };
}

import { type AppClient, answerOf, type DeviceSchemas } from "./device.ts";

/** So far back it is looked for: an older backup than that is told without its time. */
const LOOKED_AT = 50;

/** When the release that one can go back to was kept: as it was replaced. Null: nobody knows any more. @throws ApiFailure */
export async function lastBackupAt(client: AppClient, version: string, signal: AbortSignal): Promise<string | null> {
  const query = { limit: LOOKED_AT, result: ["success" as const] };
  const { updates } = await answerOf(client.GET("/update/history", { params: { query }, signal }));
  return backupTime(updates, version);
}

/** The same from the updates that worked, the newest first. Pure. */
export function backupTime(
  updates: readonly Pick<DeviceSchemas["Outcome"], "kind" | "from" | "finished_at">[],
  version: string,
): string | null {
  // Who goes back keeps nothing that one could go back to.
  return updates.find(({ kind, from }) => kind === "install" && from === version)?.finished_at ?? null;
}

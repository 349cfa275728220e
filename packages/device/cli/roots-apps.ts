import type { DeviceConfig } from "../compose.ts";
import { leftUnfinished } from "../store/left-unfinished.ts";

/** The apps that root's side looks after: those of the configuration, and those that aren't in it any more and have an update to finish. */
export async function rootsApps({ apps, state_dir }: DeviceConfig): Promise<Set<string>> {
  const unfinished = await leftUnfinished(state_dir);
  return new Set([...Object.keys(apps), ...unfinished.map(({ app }) => app)]);
}

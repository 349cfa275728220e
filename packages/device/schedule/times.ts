import { type Config, Settings } from "@pawl/protocol";
import { appPaths } from "../store/paths.ts";
import { jsonOrNull } from "../store/record.ts";
import { NO_SETTINGS } from "../store/settings.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import { chosen } from "../update/chosen.ts";

/** Far more than an owner can choose, in bytes. */
const MOST_SETTINGS = 64 * 1024;

/** When an app does something by itself. */
export interface AppTimes {
  /** Its daily check, `HH:MM`. */
  time: string;
  /** When it may install by itself; null: at any time. */
  window: string | null;
  /** By how much its devices are spread. */
  jitterMs: number;
}

/** Of every app whose daily check is on: what its owner has chosen, else what `pawl.yaml` says. */
export async function timesOf({ state_dir, apps }: Config): Promise<AppTimes[]> {
  const times: AppTimes[] = [];
  for (const [name, app] of Object.entries(apps)) {
    const { auto, window } = chosen(app, await readChoices(appPaths(state_dir, name).api.settings));
    if (auto.check) times.push({ time: auto.time, window, jitterMs: app.auto.jitter });
  }
  return times;
}

/** Whatever lies there was put there by another user: what isn't settings counts as nothing chosen. */
async function readChoices(path: string): Promise<Settings> {
  const bytes = await readUntrusted(path, MOST_SETTINGS).catch(() => null);
  return (bytes && Settings.safeParse(jsonOrNull(bytes.toString("utf8"))).data) ?? NO_SETTINGS;
}

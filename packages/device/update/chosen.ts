import type { AppConfig, Settings, Status } from "@pawl/protocol";
import type { Skipped } from "./choose.ts";

/** The settings an owner may change, as `pawl.yaml` has them. */
export type Defaults = Pick<AppConfig, "channel" | "window"> & { auto: Omit<AppConfig["auto"], "jitter"> };

/** What counts: the owner's choice where there is one, else `pawl.yaml` (contract device-api.md §4). */
export interface Chosen {
  channel: string;
  auto: { check: boolean; time: string; install: boolean };
  window: string | null;
  skipped: Skipped;
  /** The ended update whose result the owner has seen. */
  seen: string | null;
}

export function chosen(defaults: Defaults, settings: Settings): Chosen {
  const { auto } = defaults;
  return {
    channel: settings.channel ?? defaults.channel,
    auto: {
      check: settings.auto.check ?? auto.check,
      time: settings.auto.time ?? auto.time,
      install: settings.auto.install ?? auto.install,
    },
    window: (settings.window ?? auto.window ?? defaults.window) || null,
    skipped: { version: settings.skipped_version, commit: settings.skipped_commit },
    seen: settings.seen,
  };
}

export type OwnSetting = "auto.check" | "auto.time" | "auto.install" | "channel" | "window";

/** Which settings come from the owner rather than from `pawl.yaml`. */
export function ownSettings({ auto, channel, window }: Settings): OwnSetting[] {
  const all: [OwnSetting, unknown][] = [
    ["auto.check", auto.check],
    ["auto.time", auto.time],
    ["auto.install", auto.install],
    ["channel", channel],
    ["window", window],
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [name]));
}

/** `auto` as status shows it. */
export function autoOf({ auto, window }: Chosen, now: Date): Status["auto"] {
  const { check, time, install } = auto;
  return { check, time, install, window, next_run: check ? nextAt(time, now).toISOString() : null };
}

/** The next time it is `HH:MM` in the device's own time zone, before jitter. */
export function nextAt(time: string, now: Date): Date {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const at = new Date(now);
  at.setHours(hours, minutes, 0, 0);
  if (at <= now) at.setDate(at.getDate() + 1);
  return at;
}

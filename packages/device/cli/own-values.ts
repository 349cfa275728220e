import type { AppConfig, Config, Settings } from "@pawl/protocol";
import { appPaths } from "../store/paths.ts";
import { peekSettings } from "../store/settings.ts";
import { chosen, type OwnSetting, ownSettings } from "../update/chosen.ts";

/** A setting that an owner has chosen through API or CLI, which wins over `pawl.yaml` (contract device-api.md §4). */
export interface OwnValue {
  app: string;
  setting: OwnSetting;
  value: string | boolean | null;
  /** What `pawl.yaml` says instead, defaults included. */
  file: string | boolean | null;
}

/** Every value of every app that comes from its owner; `unread`: apps whose choices one isn't allowed to read. */
export async function ownValuesOf({ state_dir, apps }: Config): Promise<{ values: OwnValue[]; unread: string[] }> {
  const values: OwnValue[] = [];
  const unread: string[] = [];
  for (const [app, config] of Object.entries(apps)) {
    try {
      const { settings } = appPaths(state_dir, app).api;
      values.push(...ownValues(app, config, await peekSettings(settings, config.channel_file)));
    } catch {
      unread.push(app);
    }
  }
  return { values, unread };
}

/** `dashboard: channel is prerelease, as chosen on this device; this file says stable (pawl channel --reset)` */
export function describeOwnValue({ app, setting, value, file }: OwnValue): string {
  const reset = setting === "channel" ? "pawl channel --reset" : "pawl auto --reset";
  return `${app}: ${setting} is ${inWords(value)}, as chosen on this device; this file says ${inWords(file)} (${reset} --app ${app})`;
}

function ownValues(app: string, config: AppConfig, settings: Settings): OwnValue[] {
  const nothing: Settings = {
    ...settings,
    channel: null,
    window: null,
    auto: { check: null, time: null, install: null },
  };
  const [now, file] = [chosen(config, settings), chosen(config, nothing)];
  return ownSettings(settings).map((setting) => ({
    app,
    setting,
    value: valueIn(now, setting),
    file: valueIn(file, setting),
  }));
}

function valueIn({ auto, channel, window }: ReturnType<typeof chosen>, setting: OwnSetting): OwnValue["value"] {
  switch (setting) {
    case "auto.check":
      return auto.check;
    case "auto.time":
      return auto.time;
    case "auto.install":
      return auto.install;
    case "channel":
      return channel;
    case "window":
      return window;
  }
}

function inWords(value: OwnValue["value"]): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return value ?? "none";
}

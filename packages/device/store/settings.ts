import type { Settings } from "@pawl/protocol";
import { CHANNEL, COMMIT, NO_CHANNEL, TIME_OF_DAY, UPDATE_ID, VERSION, WINDOW } from "@pawl/protocol/patterns";
import type { Clock } from "../system/types.ts";
import { readTextIfThere, writeFileDurably } from "./atomic-file.ts";
import { readChannelFile, writeChannelFile } from "./channel-file.ts";
import { jsonOrNull, type Parse } from "./record.ts";
import { turn } from "./turn.ts";
import { peekText } from "./untrusted-file.ts";

/** Nothing chosen yet: everything is as in `pawl.yaml`. */
export const NO_SETTINGS: Settings = {
  channel: null,
  auto: { check: null, time: null, install: null },
  window: null,
  skipped_version: null,
  skipped_commit: null,
  seen: null,
};

export interface SettingsFileParts {
  path: string;
  /** Where an earlier updater has the channel: then it is there, and nowhere else. */
  channelFile?: string | undefined;
  lockDir: string;
  clock: Clock;
  /** Null for what isn't settings. */
  parse: Parse<Settings>;
}

/** `api/settings.json`: what the owner has chosen. Any process may change it at any time, also while an update runs. */
export class SettingsFile {
  readonly #parts: SettingsFileParts;

  constructor(parts: SettingsFileParts) {
    this.#parts = parts;
  }

  /** A damaged file counts as none: then everything is as in `pawl.yaml` again. */
  async load(): Promise<Settings> {
    const text = await readTextIfThere(this.#parts.path);
    const settings = (text === null ? null : this.#parts.parse(jsonOrNull(text))) ?? NO_SETTINGS;
    return withChannelFile(settings, this.#parts.channelFile);
  }

  /**
   * Reads, edits and writes as one step, whoever else does the same. Throws UpdateError `busy` when its turn doesn't come,
   * `not_writable` or `disk_full` when the channel's own file can't be written: then nothing has changed.
   */
  async change(edit: (settings: Settings) => Settings): Promise<Settings> {
    await using _turn = await turn(this.#parts.lockDir, "The settings are", this.#parts.clock);
    const { path, channelFile } = this.#parts;
    const before = await this.load();
    const settings = edit(before);
    if (channelFile !== undefined && settings.channel !== before.channel) {
      await writeChannelFile(channelFile, settings.channel);
    }
    const written = channelFile === undefined ? settings : { ...settings, channel: null };
    await writeFileDurably(path, `${JSON.stringify(written, null, 2)}\n`);
    return settings;
  }
}

/** The settings without the schema, for those who only look. What the schema refuses counts as none here, too. */
export async function peekSettings(path: string, channelFile?: string | undefined): Promise<Settings> {
  return withChannelFile(settingsIn(jsonOrNull(peekText(path))), channelFile);
}

function withChannelFile(settings: Settings, channelFile: string | undefined): Settings {
  return channelFile === undefined ? settings : { ...settings, channel: readChannelFile(channelFile) };
}

function settingsIn(value: unknown): Settings {
  if (!isObject(value) || !isObject(value.auto === undefined ? {} : value.auto)) return NO_SETTINGS;
  const settings = { ...NO_SETTINGS, ...value, auto: { ...NO_SETTINGS.auto, ...(value.auto as object | undefined) } };
  return isSettings(settings) ? settings : NO_SETTINGS;
}

type Unsure = { [key in keyof Omit<Settings, "auto">]: unknown } & {
  auto: { [key in keyof Settings["auto"]]: unknown };
};

function isSettings(value: Unsure): value is Settings {
  const { channel, auto, window, skipped_version, skipped_commit, seen } = value;
  return (
    isNullOr(channel, (text) => CHANNEL.test(text) && !NO_CHANNEL.test(text)) &&
    isNullOrBoolean(auto.check) &&
    isNullOr(auto.time, (text) => TIME_OF_DAY.test(text)) &&
    isNullOrBoolean(auto.install) &&
    isNullOr(window, (text) => text === "" || WINDOW.test(text)) &&
    isNullOr(skipped_version, (text) => VERSION.test(text)) &&
    isNullOr(skipped_commit, (text) => COMMIT.test(text)) &&
    isNullOr(seen, (text) => UPDATE_ID.test(text))
  );
}

function isNullOr(value: unknown, isIt: (text: string) => boolean): boolean {
  return value === null || (typeof value === "string" && isIt(value));
}

function isNullOrBoolean(value: unknown): boolean {
  return value === null || typeof value === "boolean";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

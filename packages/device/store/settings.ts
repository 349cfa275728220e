import type { Settings } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";
import { readTextIfThere, writeFileDurably } from "./atomic-file.ts";
import { Lock } from "./lock.ts";
import { jsonOrNull, type Parse } from "./record.ts";

/** Nothing chosen yet: everything is as in `pawl.yaml`. */
export const NO_SETTINGS: Settings = {
  channel: null,
  auto: { check: null, time: null, install: null },
  window: null,
  skipped_version: null,
  seen: null,
};

/** A change takes a few milliseconds; who waits longer than this for another's, waits for something that is broken. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 20;

export interface SettingsFileParts {
  path: string;
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
    return (text === null ? null : this.#parts.parse(jsonOrNull(text))) ?? NO_SETTINGS;
  }

  /** Reads, edits and writes as one step, whoever else does the same. Throws UpdateError `busy` when its turn doesn't come. */
  async change(edit: (settings: Settings) => Settings): Promise<Settings> {
    await using _turn = await this.#turn();
    const settings = edit(await this.load());
    await writeFileDurably(this.#parts.path, `${JSON.stringify(settings, null, 2)}\n`);
    return settings;
  }

  async #turn(): Promise<Lock> {
    const { lockDir, clock } = this.#parts;
    const never = new AbortController().signal;
    for (const until = clock.monotonic() + WAIT_MS; ; await clock.sleep(LOOK_EVERY_MS, never)) {
      const attempt = await Lock.tryAcquire(lockDir, "settings", clock.now());
      if ("held" in attempt) return attempt.held;
      if (clock.monotonic() > until) {
        throw new UpdateError("busy", "The settings are being changed by another program. Try again in a moment.");
      }
    }
  }
}

/** The settings without a schema, for those who only look. */
export async function peekSettings(path: string): Promise<Settings> {
  const value = jsonOrNull((await readTextIfThere(path)) ?? "") as Partial<Settings> | null;
  if (typeof value !== "object" || value === null) return NO_SETTINGS;
  return { ...NO_SETTINGS, ...value, auto: { ...NO_SETTINGS.auto, ...value.auto } };
}

import type { Outcome, Settings, SettingsBody, Status } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import type { SettingsFile } from "../store/settings.ts";
import { isSameVersion } from "../update/choose.ts";
import { type Chosen, chosen, type Defaults, type OwnSetting, ownSettings } from "../update/chosen.ts";

export interface ChoicesParts {
  /** As `pawl.yaml` has it. */
  defaults: Defaults;
  file: SettingsFile;
  status(): Promise<Status>;
  /** The update that ended last, on whichever side. */
  last(): Promise<Outcome | null>;
  /** Throws UpdateError `not_found` when the source has no such channel, or when it can't be asked. */
  requireChannel(channel: string): Promise<void>;
  /** Cancels an update that only waits for its window; with a version, only one to that. */
  stopWaiting(version?: string): Promise<void>;
  /** What the last check found counts no more. */
  forgetCheck(): Promise<void>;
  /** Something is done by itself at another time from now on; `daily`: the daily check is. Never rejects. */
  timesChanged?(what: { daily: boolean }): Promise<void>;
}

/** The settings an owner may change, as they stand. */
export interface SettingsView extends Pick<Chosen, "auto" | "channel" | "window"> {
  own: OwnSetting[];
}

/** What the owner has chosen over `pawl.yaml`. Each choice survives restarts and holds until it is taken back. */
export class Choices {
  readonly #parts: ChoicesParts;

  constructor(parts: ChoicesParts) {
    this.#parts = parts;
  }

  /** What counts now. */
  async chosen(): Promise<Chosen> {
    return chosen(this.#parts.defaults, await this.#parts.file.load());
  }

  async settings(): Promise<SettingsView> {
    return this.#view(await this.#parts.file.load());
  }

  /** Only what is named changes; null goes back to `pawl.yaml`. Throws as `setChannel` for another channel. */
  async changeSettings({ auto, channel, window }: SettingsBody): Promise<SettingsView> {
    const before = await this.chosen();
    // A page may send all there is: what stays as it was needs no source, and hinders no update.
    const isSwitch = channel !== undefined && (channel ?? this.#parts.defaults.channel) !== before.channel;
    // What `pawl.yaml` names needs nobody's word.
    if (isSwitch) await this.#mayFollow(channel ?? before.channel, { unasked: channel === null });
    let was = before;
    const settings = await this.#parts.file.change((old) => {
      was = chosen(this.#parts.defaults, old);
      return {
        ...old,
        channel: channel === undefined ? old.channel : channel,
        window: window === undefined ? old.window : window,
        auto: {
          check: auto?.check === undefined ? old.auto.check : auto.check,
          time: auto?.time === undefined ? old.auto.time : auto.time,
          install: auto?.install === undefined ? old.auto.install : auto.install,
        },
      };
    });
    if (isSwitch) await this.#leaveChannel();
    const now = chosen(this.#parts.defaults, settings);
    const daily = was.auto.check !== now.auto.check || was.auto.time !== now.auto.time;
    if (daily || was.window !== now.window) await this.#parts.timesChanged?.({ daily });
    return this.#view(settings);
  }

  /** The daily check, and whether what it finds is installed. */
  async auto(ask: {
    enabled: boolean;
    time?: string | undefined;
    install?: boolean | undefined;
  }): Promise<Status["auto"]> {
    const { enabled, time, install } = ask;
    await this.changeSettings({
      auto: { check: enabled, ...(time !== undefined && { time }), ...(install !== undefined && { install }) },
    });
    return (await this.#parts.status()).auto;
  }

  /**
   * A skipped version isn't offered and not installed by itself; by name it still is. Of a branch it is the commit that is
   * on offer: the next one may have the same version. One at a time: the newest decision.
   */
  async skip({ version, skip }: { version: string; skip: boolean }): Promise<string | null> {
    const { release } = await this.#parts.status();
    const commit = release && isSameVersion(release.version, version) ? release.commit : null;
    const { skipped_version } = await this.#parts.file.change((old) => {
      if (skip) return { ...old, skipped_version: version, skipped_commit: commit };
      if (!isSameVersion(old.skipped_version, version)) return old;
      return { ...old, skipped_version: null, skipped_commit: null };
    });
    if (skip) await this.#parts.stopWaiting(version);
    return skipped_version;
  }

  /** The owner has seen how the last update ended. Gives what is left to see. */
  async seen(): Promise<Status["last_result"]> {
    const last = await this.#parts.last();
    if (last) await this.#parts.file.change((old) => ({ ...old, seen: last.id }));
    return (await this.#parts.status()).last_result;
  }

  /**
   * From now on this device follows another channel; what was found in the old one is forgotten. `force`: without asking
   * the source whether it has it. Throws UpdateError `busy` during an install, `not_found`, and what asking throws.
   */
  async setChannel({ channel, force }: { channel: string; force: boolean }): Promise<void> {
    await this.#mayFollow(channel, { unasked: force });
    const before = await this.chosen();
    await this.#parts.file.change((old) => ({ ...old, channel }));
    if (before.channel !== channel) await this.#leaveChannel();
    else await this.#parts.forgetCheck();
  }

  /** What was found in the old channel must neither be shown nor come tonight. */
  async #leaveChannel(): Promise<void> {
    await this.#parts.stopWaiting();
    await this.#parts.forgetCheck();
  }

  async #mayFollow(channel: string, { unasked }: { unasked: boolean }): Promise<void> {
    const { status, requireChannel } = this.#parts;
    const { state, phase } = await status();
    if (state === "installing" && phase !== "waiting") {
      throw new UpdateError("busy", "An update is running. The channel can be changed when it has ended.");
    }
    if (!unasked) await requireChannel(channel);
  }

  #view(settings: Settings): SettingsView {
    const { auto, channel, window } = chosen(this.#parts.defaults, settings);
    return { auto, channel, window, own: ownSettings(settings) };
  }
}

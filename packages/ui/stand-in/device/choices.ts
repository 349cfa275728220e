import { isSameVersion } from "@pawl/device/update/choose";
import { ownSettings } from "@pawl/device/update/chosen";
import type { SettingsBody } from "@pawl/protocol";
import type { DeviceSchemas } from "../../data/device.ts";
import type { App } from "./app.ts";
import type { Owner } from "./owner.ts";
import { refuse } from "./refusal.ts";

/** What the owner chooses over `pawl.yaml`, and has seen. Throws Refusal. */
export class Choices {
  readonly #app: App;
  readonly #owner: Owner;

  constructor(app: App, owner: Owner) {
    this.#app = app;
    this.#owner = owner;
  }

  seen(): DeviceSchemas["UpdateResult"] | null {
    const app = this.#app;
    const last = app.history[0];
    if (last) app.settings = { ...app.settings, seen: last.id };
    return app.status().last_result;
  }

  skip({ version, skip }: { version: string; skip: boolean }): string | null {
    const app = this.#app;
    const { release } = app.fetch;
    const { skipped_version } = app.settings;
    if (skip) {
      const skipped_commit = release && isSameVersion(release.version, version) ? release.commit : null;
      app.settings = { ...app.settings, skipped_version: version, skipped_commit };
      if (app.status().phase === "waiting") this.#owner.cancel();
    } else if (isSameVersion(skipped_version, version)) {
      app.settings = { ...app.settings, skipped_version: null, skipped_commit: null };
    }
    return app.settings.skipped_version;
  }

  settings(): DeviceSchemas["SettingsAnswer"] {
    const { auto, channel, window } = this.#app.chosen();
    return { success: true, auto, channel, window, own: ownSettings(this.#app.settings) };
  }

  change({ auto, channel, window }: SettingsBody): void {
    const app = this.#app;
    const { settings } = app;
    if (channel !== undefined) this.follow(channel ?? app.defaults.channel, { force: channel === null });
    const named = <T>(value: T | undefined, otherwise: T) => (value === undefined ? otherwise : value);
    app.settings = {
      ...app.settings,
      channel: named(channel, app.settings.channel),
      window: named(window, settings.window),
      auto: {
        check: named(auto?.check, settings.auto.check),
        time: named(auto?.time, settings.auto.time),
        install: named(auto?.install, settings.auto.install),
      },
    };
  }

  /** Another channel: what was found in the old one counts no more. */
  follow(channel: string, { force }: { force: boolean }): void {
    const app = this.#app;
    const before = app.chosen().channel;
    if (channel === before) return;
    if (app.isBusy()) throw refuse("busy", "An update is running. The channel can be changed when it has ended.");
    const { channels, trouble } = app.source;
    if (!force && trouble) throw refuse(trouble.code, trouble.message);
    if (!force && !channels.includes(channel)) {
      const some = channels.length > 0 ? `It has ${channels.slice(0, 10).join(", ")}.` : "It has none.";
      throw refuse("not_found", `The source has no channel ${channel}. ${some}`);
    }
    if (app.status().phase === "waiting") this.#owner.cancel();
    app.settings = { ...app.settings, channel };
  }
}

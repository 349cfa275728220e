import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { DeviceSchemas } from "../data/device.ts";
import type { ApiFailure } from "../data/failure.ts";
import type { LiveApp } from "../data/live-app.ts";
import { callWords } from "../words/failures.ts";

export type Change = DeviceSchemas["SettingsBody"];
/** A setting, by the name it has where the owner has chosen it. */
export type Own = DeviceSchemas["SettingsAnswer"]["own"][number];

/** What each goes back to, and what takes it there. */
export const RESETS: Readonly<Record<Own, Change>> = {
  channel: { channel: null },
  "auto.check": { auto: { check: null } },
  "auto.time": { auto: { time: null } },
  "auto.install": { auto: { install: null } },
  window: { window: null },
};
export const RESET_ALL: Change = { channel: null, window: null, auto: { check: null, time: null, install: null } };

/** What has become of a change; null: nothing was changed, or something else since. */
export type Changed = "saving" | "saved" | { failed: string } | null;

type Of = Own | "all";
type Settings = DeviceSchemas["SettingsAnswer"];

/** As they will be once a change is saved; what goes back to pawl.yaml stays, as only the device knows what that says. Pure. */
export function withChange(settings: Settings, { auto, channel, window }: Change): Settings {
  return {
    ...settings,
    channel: channel ?? settings.channel,
    window: window === "" ? null : (window ?? settings.window),
    auto: {
      check: auto?.check ?? settings.auto.check,
      time: auto?.time ?? settings.auto.time,
      install: auto?.install ?? settings.auto.install,
    },
  };
}

/**
 * Changes settings one after the other, however quickly they are chosen, and keeps what has become of each. Fires
 * `pawl-sign-in` where it needs a token.
 */
export class Changing implements ReactiveController {
  readonly #changed = new Map<Of, Changed>();
  /** On their way, or waiting for their turn. */
  readonly #going: Change[] = [];
  #turn: Promise<void> = Promise.resolve();
  readonly #host: ReactiveControllerHost & EventTarget;

  constructor(host: ReactiveControllerHost & EventTarget) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  get isSaving(): boolean {
    return this.#going.length > 0;
  }

  of(setting: Of): Changed {
    return this.#changed.get(setting) ?? null;
  }

  /** The settings as the reader has chosen them, also where that isn't saved yet. */
  shown(settings: Settings): Settings {
    return this.#going.reduce(withChange, settings);
  }

  /** @param done it was answered: with the settings as they are now; null: it didn't work */
  change(app: LiveApp, of: Of, body: Change, done: (settings: Settings | null) => void): void {
    for (const [each, changed] of this.#changed) if (changed !== "saving") this.#changed.delete(each);
    this.#going.push(body);
    this.#tell(of, "saving");
    this.#turn = this.#turn.then(async () => {
      const before = app.view.status?.channel;
      const { settings, changed } = await this.#save(app, body);
      this.#going.splice(this.#going.indexOf(body), 1);
      done(settings);
      this.#tell(of, changed);
      // What the other channel has is what one wants to see next; that it can't be asked now, status says.
      if (settings !== null && settings.channel !== before) {
        void app.ask((client) => client.POST("/update/check", { body: { force: true } })).catch(() => undefined);
      }
    });
  }

  async #save(app: LiveApp, body: Change): Promise<{ settings: Settings | null; changed: Changed }> {
    try {
      return {
        settings: await app.ask((client) => client.POST("/update/settings", { body })),
        changed: "saved",
      };
    } catch (error) {
      const { code, message } = error as ApiFailure;
      if (code !== "unauthorized") return { settings: null, changed: { failed: callWords(code, message, Date.now()) } };
      this.#host.dispatchEvent(new Event("pawl-sign-in", { bubbles: true, composed: true, cancelable: true }));
      return { settings: null, changed: null };
    }
  }

  #tell(of: Of, changed: Changed): void {
    this.#changed.set(of, changed);
    this.#host.requestUpdate();
  }
}

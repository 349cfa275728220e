import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { DeviceSchemas } from "../data/device.ts";
import { ApiFailure } from "../data/failure.ts";
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
export type Changed = "saved" | { failed: string } | null;

/** Changes one setting after the other, and keeps what has become of the last. Fires `pawl-sign-in` where it needs a token. */
export class Changing implements ReactiveController {
  isSaving = false;
  #last: { of: Own | "all"; changed: Changed } | null = null;
  readonly #host: ReactiveControllerHost & EventTarget;

  constructor(host: ReactiveControllerHost & EventTarget) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  of(setting: Own | "all"): Changed {
    return this.#last?.of === setting ? this.#last.changed : null;
  }

  /** @param done it was answered, whatever the answer was */
  async change(app: LiveApp, of: Own | "all", body: Change, done: () => void): Promise<void> {
    if (this.isSaving) return;
    this.isSaving = true;
    this.#tell(of, null);
    try {
      await app.ask((client) => client.POST("/update/settings", { body }));
      this.#tell(of, "saved");
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (error.code === "unauthorized") this.#signIn();
      else this.#tell(of, { failed: callWords(error.code, error.message, Date.now()) });
    } finally {
      this.isSaving = false;
      done();
    }
    // What the other channel has is what one wants to see next; that it can't be asked now, status says.
    if (body.channel !== undefined && this.of(of) === "saved") {
      await app.ask((client) => client.POST("/update/check", { body: { force: true } })).catch(() => undefined);
    }
  }

  #tell(of: Own | "all", changed: Changed): void {
    this.#last = { of, changed };
    this.#host.requestUpdate();
  }

  #signIn(): void {
    this.#host.dispatchEvent(new Event("pawl-sign-in", { bubbles: true, composed: true, cancelable: true }));
  }
}

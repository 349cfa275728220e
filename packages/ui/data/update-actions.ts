import type { LiveApp } from "./live-app.ts";

/** What a person may ask of an app's updates. */
export type Action =
  /** The newest of the channel; or a version by its name, which may be older, skipped or one that didn't work. */
  | { type: "install"; version?: string; force?: boolean }
  | { type: "rollback"; version: string }
  | { type: "cancel" }
  | { type: "check" }
  | { type: "skip"; version: string; skip: boolean }
  | { type: "follow"; channel: string }
  | { type: "daily"; enabled: boolean; time?: string };

/** @throws ApiFailure */
export async function carryOut(app: LiveApp, action: Action): Promise<void> {
  switch (action.type) {
    case "install": {
      const { version, force = false } = action;
      await app.ask((client) => client.POST("/update/install", { body: { force, ...(version && { version }) } }));
      return;
    }
    case "rollback":
      await app.ask((client) => client.POST("/update/rollback", { body: { version: action.version } }));
      return;
    case "cancel":
      await app.ask((client) => client.POST("/update/cancel"));
      return;
    case "check":
      // Whoever presses wants to know it now; the host's own limits are the device's to respect.
      await app.ask((client) => client.POST("/update/check", { body: { force: true } }));
      return;
    case "skip": {
      const { version, skip } = action;
      await app.ask((client) => client.POST("/update/skip", { body: { version, skip } }));
      return;
    }
    case "follow":
      await app.ask((client) =>
        client.POST("/update/set_channel", { body: { channel: action.channel, force: false } }),
      );
      // What the new channel has is what one wants to see next.
      await app.ask((client) => client.POST("/update/check", { body: { force: true } }));
      return;
    case "daily": {
      const { enabled, time } = action;
      await app.ask((client) => client.POST("/update/auto", { body: { enabled, ...(time && { time }) } }));
      return;
    }
  }
}

/** How the last update ended was looked at. Nothing hangs on it: the next who looks says so again. */
export async function markSeen(app: LiveApp): Promise<void> {
  await app.ask((client) => client.POST("/update/seen")).catch(() => undefined);
}

import { fetchTransition } from "@pawl/device/update/fetch-transition";
import type { Script } from "../run.ts";
import type { App } from "./app.ts";

/** A check, as the device's own engine has it. */
export function* checking(app: App): Script {
  const at = () => app.clock.now().toISOString();
  const { channel } = app.chosen();
  app.fetch = fetchTransition(app.fetch, { type: "check-asked", at: at(), update: null });
  yield 1_500;
  const { trouble, channels } = app.source;
  if (trouble) {
    app.fetch = fetchTransition(app.fetch, { type: "failed", at: at(), failure: trouble });
    return;
  }
  const found = { channel, newest: app.newest(channel)?.release ?? null, channels };
  app.fetch = fetchTransition(app.fetch, { type: "resolved", at: at(), found, chosen: null });
}

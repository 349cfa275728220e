import { Reporter, type ReporterParts } from "@pawl/device/update/reporter";
import type { App } from "./app.ts";

/** The device's own reporter of an update, which tells the feed, and what status shows of it. */
export function reporterOf(app: App, id: string): Reporter {
  const noted: ReporterParts["keep"] = (event) => {
    if (event.type !== "progress") return;
    const { type: _, phase: __, ...progress } = event;
    app.progress = progress;
  };
  return new Reporter({
    keep: (event) => {
      noted(event);
      app.feed.keep(id, event, app.clock.now());
    },
    show: (event) => {
      noted(event);
      app.feed.show(id, event);
    },
    written: app.feed.log(id).map(({ event }) => event),
    monotonic: () => app.clock.now().getTime(),
  });
}

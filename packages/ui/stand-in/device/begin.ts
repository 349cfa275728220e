import type { Update } from "@pawl/protocol";
import type { Outage } from "../outage.ts";
import { Run } from "../run.ts";
import type { App } from "./app.ts";
import { checking } from "./check.ts";
import { type Target, updating } from "./update.ts";

/** Begins what an app does by itself. Whoever has a scenario to tell lets it go forward first. */
export class Begin {
  readonly #outage: Outage;
  readonly #speed: number;

  constructor(outage: Outage, speed: number) {
    this.#outage = outage;
    this.#speed = speed;
  }

  check(app: App): Run {
    return this.#begin(app, new Run(checking(app)));
  }

  update(app: App, asked: Update, target: Target): Run {
    return this.#begin(app, new Run(updating(app, this.#outage, asked, target)));
  }

  /** Lets it happen from now on. */
  play(run: Run): void {
    void run.play(this.#speed);
  }

  #begin(app: App, run: Run): Run {
    app.run?.stop();
    app.run = run;
    return run;
  }
}

/** An update that somebody asks for now. */
export function askedUpdate(app: App, wanted: Pick<Update, "kind"> & Partial<Update>): Update {
  const { installed, clock } = app;
  const now = clock.now();
  const last = Number.parseInt(app.history[0]?.id.split("-")[0] ?? "", 36);
  const after = Number.isNaN(last) ? now.getTime() : Math.max(last + 1, now.getTime());
  return {
    id: `${after.toString(36).padStart(9, "0")}-${"standin".slice(0, 6)}`,
    from: installed?.version ?? null,
    to: null,
    ...(installed?.commit && { from_commit: installed.commit }),
    channel: app.chosen().channel,
    by_name: false,
    force: false,
    unattended: false,
    started_at: now.toISOString(),
    resumed: false,
    bytes_downloaded: 0,
    ...wanted,
  };
}

import { fetchTransition, toward } from "@pawl/device/update/fetch-transition";
import type { Reporter } from "@pawl/device/update/reporter";
import { failure, type Outcome, type Release, type Update } from "@pawl/protocol";
import type { Outage } from "../outage.ts";
import type { Script } from "../run.ts";
import type { App, InPlace } from "./app.ts";
import { applying } from "./applying.ts";
import { fetching } from "./fetching.ts";
import { reporterOf } from "./reporting.ts";

/** What an update is to: a release to be fetched, one that the source is asked for first, or one that is on the device. */
export type Target = { kind: "release"; release: Release } | { kind: "newest" } | { kind: "kept"; place: InPlace };

/** An update under way, and what it needs. */
export interface UnderWay {
  app: App;
  outage: Outage;
  reporter: Reporter;
  update: Update;
}

/** An update from its beginning to its end, as the device's own two engines have it; only the work is left out. */
export function* updating(app: App, outage: Outage, asked: Update, target: Target): Script {
  app.feed.begin(asked.id);
  app.progress = null;
  const reporter = reporterOf(app, asked.id);
  const outcome = yield* outcomeOf({ app, outage, reporter, update: asked }, target);
  if (!outcome) return;
  app.history.unshift(outcome);
  reporter.end(outcome);
}

function* outcomeOf(begun: UnderWay, target: Target): Generator<number, Outcome | null, void> {
  const { app, reporter } = begun;
  let place: InPlace;
  if (target.kind === "kept") {
    place = target.place;
    const update = toward(begun.update, place);
    app.fetch = fetchTransition(app.fetch, { type: "kept-asked", update });
  } else {
    reporter.enter("installing", "downloading");
    const release = target.kind === "release" ? target.release : yield* resolving(begun);
    if (release === null) return app.fetch.last;
    place = release;
    const update = toward(begun.update, release);
    if (target.kind === "release") app.fetch = fetchTransition(app.fetch, { type: "install-asked", update, release });
    const trouble = yield* fetching({ ...begun, update }, release);
    if (trouble) {
      const at = app.clock.now().toISOString();
      app.fetch = fetchTransition(app.fetch, { type: "failed", at, failure: trouble });
      return app.fetch.last;
    }
  }
  yield* applying({ ...begun, update: toward(begun.update, place) }, place);
  const { last } = app.apply;
  if (last) app.fetch = fetchTransition(app.fetch, { type: "applied", outcome: last });
  return last;
}

/** Whoever installs without having checked has the source asked first. */
function* resolving({ app, reporter, update }: UnderWay): Generator<number, Release | null, void> {
  const at = () => app.clock.now().toISOString();
  const { address, channels, trouble } = app.source;
  app.fetch = fetchTransition(app.fetch, { type: "check-asked", at: at(), update });
  reporter.line(`Asking ${address} what is there`);
  yield 1_200;
  if (trouble) {
    app.fetch = fetchTransition(app.fetch, { type: "failed", at: at(), failure: trouble });
    return null;
  }
  const { channel } = app.chosen();
  const newest = app.newest(channel)?.release ?? null;
  const chosen = newest ?? failure("not_found", `The channel ${channel} has no release.`);
  const found = { channel, newest, channels };
  app.fetch = fetchTransition(app.fetch, { type: "resolved", at: at(), found, chosen });
  return newest;
}

import { UpdateError } from "@pawl/device/error";
import { applyTransition } from "@pawl/device/update/apply-transition";
import { isSameVersion } from "@pawl/device/update/choose";
import { fetchTransition, toward } from "@pawl/device/update/fetch-transition";
import { obstacleTo } from "@pawl/device/update/obstacle";
import type { DeviceSchemas } from "../../data/device.ts";
import type { App } from "./app.ts";
import { askedUpdate, type Begin } from "./begin.ts";
import { refuse } from "./refusal.ts";
import { reporterOf } from "./reporting.ts";
import type { Target } from "./update.ts";

/** A check younger than this is good enough, in milliseconds. */
const FRESH_MS = 10 * 60_000;
/** How long ago the update began that is in the owner's way, in milliseconds. */
const BEATEN_MS = 12_000;

/** What the owner of an app may ask it to do. Throws Refusal. */
export class Owner {
  readonly #app: App;
  readonly #begin: Begin;

  constructor(app: App, begin: Begin) {
    this.#app = app;
    this.#begin = begin;
  }

  check({ force }: { force: boolean }): { message: string; isCached: boolean } {
    const app = this.#app;
    const { state, last_checked, failure } = app.status();
    if (state === "checking") return { message: "Check already in progress", isCached: false };
    if (app.isBusy()) return { message: "Busy – try again shortly", isCached: false };
    const age = last_checked === null ? Number.POSITIVE_INFINITY : app.clock.now().getTime() - Date.parse(last_checked);
    if (!force && !failure && age < FRESH_MS) return { message: "Using cached result", isCached: true };
    if (!force && failure?.code === "rate_limited") return { message: failure.message, isCached: true };
    const waiting = app.run;
    const run = this.#begin.check(app);
    // What waits for its window goes on waiting.
    if (waiting && !waiting.isOver && state === "installing") app.run = waiting;
    this.#begin.play(run);
    return { message: "Update check started", isCached: false };
  }

  install({ version, force }: { version?: string | undefined; force: boolean }): {
    message: string;
    update_id: string;
  } {
    const app = this.#app;
    if (app.beaten) this.#beginAtNight();
    this.#requireQuiet();
    const { channel, skipped } = app.chosen();
    const message = `Update started on channel '${channel}'. Watch the progress stream.`;
    const asked = askedUpdate(app, { kind: "install", force, by_name: version !== undefined });
    const { engine, release, left_alone } = app.fetch;
    const isIt = (one: { version: string } | null) =>
      one && (version === undefined || isSameVersion(one.version, version));
    if (engine.status === "waiting" && isIt(engine.release)) {
      app.run?.hurry();
      return { message, update_id: engine.update.id };
    }
    const kept = version === undefined || force ? undefined : app.kept.find(isIt);
    const target: Target = kept
      ? { kind: "kept", place: kept }
      : release && isIt(release)
        ? { kind: "release", release }
        : { kind: "newest" };
    if (target.kind === "release") {
      const known = { current: app.installed, refused: app.apply.refused, left_alone, skipped };
      const obstacle = obstacleTo(asked, target.release, known, app.versioning);
      if (obstacle instanceof UpdateError) throw refuse(obstacle.code, obstacle.message);
    }
    this.#begin.play(this.#begin.update(app, asked, target));
    return { message, update_id: asked.id };
  }

  rollback({ version }: { version?: string | undefined }): { message: string; update_id: string } {
    const app = this.#app;
    this.#requireQuiet();
    const place = app.kept.find((one) => version === undefined || isSameVersion(one.version, version));
    if (!place) throw refuse("no_backup", "There is no earlier release on this device that one could go back to.");
    const asked = toward(askedUpdate(app, { kind: "rollback", by_name: true }), place);
    this.#begin.play(this.#begin.update(app, asked, { kind: "kept", place }));
    return { message: `Going back to ${place.version}.`, update_id: asked.id };
  }

  cancel(): { message: string; state: DeviceSchemas["ApiState"] } {
    const app = this.#app;
    const { state, update_id } = app.status();
    if (state !== "installing" || update_id === null) {
      throw refuse("bad_request", "No update is running, so there is nothing to cancel.", 409);
    }
    const at = app.clock.now().toISOString();
    const roots = app.apply.engine.status;
    if (roots !== "idle" && roots !== "staging" && roots !== "backing-up") {
      throw refuse(
        "busy",
        "It is too late to cancel: the new release is being put in place. You can go back afterwards.",
      );
    }
    app.run?.stop();
    if (roots === "idle") app.fetch = fetchTransition(app.fetch, { type: "cancelled", at });
    else app.apply = applyTransition(app.apply, { type: "cancelled", at });
    const outcome = roots === "idle" ? app.fetch.last : app.apply.last;
    if (outcome) {
      if (roots !== "idle") app.fetch = fetchTransition(app.fetch, { type: "applied", outcome });
      app.history.unshift(outcome);
      reporterOf(app, update_id).end(outcome);
    }
    return { message: "The update was cancelled. Nothing was changed.", state: app.status().state };
  }

  #requireQuiet(): void {
    const { engine } = this.#app.fetch;
    if (!this.#app.isBusy() && engine.status !== "checking") return;
    const update = "update" in engine ? engine.update : null;
    const purpose = update ? `${update.kind} ${update.to ?? "the newest release"}` : "check";
    const since = update?.started_at ?? ("since" in engine ? engine.since : "");
    const seconds = Math.round((this.#app.clock.now().getTime() - Date.parse(since)) / 1_000);
    throw refuse("busy", `An update is already in progress: ${purpose}, begun ${seconds} s ago.`);
  }

  /** The nightly timer was quicker. */
  #beginAtNight(): void {
    const app = this.#app;
    const { release } = app.fetch;
    app.beaten = false;
    if (!release) return;
    app.clock.ago(BEATEN_MS, (pass) => {
      const asked = askedUpdate(app, { kind: "install", unattended: true });
      const run = this.#begin.update(app, asked, { kind: "release", release });
      const until = app.clock.now().getTime() + BEATEN_MS;
      run.forward(pass, () => app.clock.now().getTime() >= until);
      this.#begin.play(run);
    });
  }
}

import type { Failure, Phase } from "@pawl/protocol";
import type { DeviceSchemas } from "../../data/device.ts";
import type { Clock } from "../clock.ts";
import type { Outage } from "../outage.ts";
import type { App, Fate } from "./app.ts";
import { askedUpdate, type Begin } from "./begin.ts";
import { INSTALLED_COMMIT, offeredCommits } from "./commits.ts";
import { knowNewest } from "./home.ts";
import { offeredReleases, type ReleaseWords, releaseOf } from "./releases.ts";

/** What a scenario is told with. `app` is the first of the device's apps. */
export interface Scene {
  app: App;
  apps: App[];
  begin: Begin;
  clock: Clock;
  outage: Outage;
}

export interface Scenario {
  /** What one sees, for whoever chooses. */
  title: string;
  /** How long each answer takes, in milliseconds. */
  delayMs?: number;
  /** Nobody answers. */
  isUnreachable?: boolean;
  needsToken?: DeviceSchemas["SessionAnswer"]["needed_for"];
  set?(scene: Scene): void;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

export function offer(app: App, words: Partial<ReleaseWords> = {}, fate: Fate = null): void {
  const now = app.clock.now();
  const release = releaseOf({ version: "2.4.0", ...words }, now);
  app.source = { ...app.source, offers: { ...app.source.offers, stable: offeredReleases(release, now) } };
  app.fate = fate;
  knowNewest(app, 5 * MINUTE_MS);
}

export function offerCommits(app: App): void {
  const main = offeredCommits(40, app.clock.now());
  app.defaults = { ...app.defaults, channel: "main" };
  app.source = { ...app.source, address: "git.kitchen.example", channels: ["main", "next"], offers: { main } };
  app.installed = { version: "1.8.0.dev212", manifest_sha256: null, commit: INSTALLED_COMMIT };
  app.kept = [{ version: "1.8.0.dev207", manifest_sha256: null, commit: null }];
  knowNewest(app, 5 * MINUTE_MS);
}

export interface Told {
  /** When it began, in milliseconds before now. Default: so that it is there now. */
  ago?: number;
  /** Where it stands; default: at its end. */
  until?: (app: App) => boolean;
  /** Whether it goes on from there. */
  goesOn?: boolean;
  fate?: Fate;
}

/** An install that has begun. */
export function installing(
  { app, begin, clock }: Scene,
  { ago = 20_000, until, goesOn = false, fate = null }: Told,
): void {
  if (!app.status().has_update) offer(app);
  const { release } = app.fetch;
  if (!release) return;
  app.fate = fate;
  clock.ago(ago, (pass) => {
    const asked = askedUpdate(app, { kind: "install", unattended: app.chosen().auto.install });
    const run = begin.update(app, asked, { kind: "release", release });
    run.forward(pass, () => until?.(app) ?? false);
    if (goesOn) begin.play(run);
  });
}

export function at(phase: Phase) {
  return (app: App) => app.status().phase === phase;
}

export function percent(wanted: number) {
  return (app: App) => (app.progress?.percent ?? 0) >= wanted;
}

export function failing(failure: Failure): Fate {
  return { phase: failure.phase ?? "downloading", failure };
}

export function failed(scene: Scene, failure: Failure): void {
  installing(scene, { ago: 2 * MINUTE_MS, fate: failing(failure) });
}

export function troubled(app: App, failure: Failure): void {
  app.source = { ...app.source, trouble: failure };
  knowNewest(app, DAY_MS);
  app.fetch = { ...app.fetch, engine: { status: "idle", shows: "error" } };
}

export function empty(app: App): void {
  app.installed = null;
  app.kept = [];
  app.forgetUpdates();
}

export function forget(app: App): void {
  app.fetch = { ...app.fetch, release: null, last_checked: null, checked_channel: null };
  app.forgetUpdates();
}

/** Two hours that begin in five. */
export function windowFrom(now: Date): string {
  const [from, to] = [5, 7].map((hours) => `${String((now.getHours() + hours) % 24).padStart(2, "0")}:00`);
  return `${from}-${to}`;
}

import { versionings } from "@pawl/protocol/versioning";
import type { Clock } from "../clock.ts";
import { App } from "./app.ts";
import { askedUpdate, type Begin } from "./begin.ts";
import { INSTALLED_COMMIT, offeredCommits } from "./commits.ts";
import { pastUpdates } from "./past.ts";
import { offeredReleases, releaseOf } from "./releases.ts";

const DAY_MS = 24 * 60 * 60_000;

/** A device at home: a dashboard that takes releases, and a music player that follows a branch. Both are up to date. */
export function homeApps(clock: Clock, begin: Begin): [App, App] {
  const now = clock.now();
  const stable = releaseOf({ version: "2.3.1", daysAgo: 30 }, now);
  const beta = releaseOf({ version: "2.5.0-beta.1", channel: "beta", daysAgo: 1 }, now);
  const kitchen = new App({
    name: "kitchen",
    title: "Kitchen dashboard",
    clock,
    source: {
      address: "updates.kitchen.example",
      channels: ["stable", "prerelease", "beta"],
      offers: {
        stable: offeredReleases(stable, now),
        prerelease: offeredReleases(beta, now),
        beta: offeredReleases(beta, now),
      },
      trouble: null,
    },
  });
  kitchen.history = pastUpdates(12, now);
  kitchen.installed = { version: "2.2.5", manifest_sha256: null, commit: null };
  kitchen.kept = [];
  clock.ago(2 * DAY_MS, (pass) => {
    const asked = askedUpdate(kitchen, { kind: "install" });
    begin.update(kitchen, asked, { kind: "release", release: stable }).forward(pass);
  });
  kitchen.settings = { ...kitchen.settings, seen: kitchen.history[0]?.id ?? null };
  const player = new App({
    name: "player",
    title: "Music player",
    clock,
    source: {
      address: "git.music.example",
      channels: ["main", "next", "release-1.7", "fix/album-art"],
      offers: {
        main: offeredCommits(0, now),
        next: offeredCommits(12, now),
        "release-1.7": { release: releaseOf({ version: "1.7.9", channel: "release-1.7" }, now), changes: [] },
      },
      trouble: null,
    },
  });
  player.versioning = versionings.pep440;
  player.defaults = { ...player.defaults, channel: "main" };
  player.installed = { version: "1.8.0.dev212", manifest_sha256: null, commit: INSTALLED_COMMIT };
  player.kept = [{ version: "1.8.0.dev207", manifest_sha256: null, commit: null }];
  for (const app of [kitchen, player]) knowNewest(app, 5 * 60_000);
  return [kitchen, player];
}

/** As after a check that long ago, in milliseconds. */
export function knowNewest(app: App, agoMs: number): void {
  const { channel } = app.chosen();
  app.fetch = {
    ...app.fetch,
    engine: { status: "idle", shows: "idle" },
    release: app.newest(channel)?.release ?? null,
    last_checked: new Date(app.clock.now().getTime() - agoMs).toISOString(),
    checked_channel: channel,
    channels: app.source.channels,
    failure: app.source.trouble,
  };
}

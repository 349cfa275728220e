import { askedUpdate } from "./begin.ts";
import { offeredCommits } from "./commits.ts";
import { FAILURES } from "./failures.ts";
import { knowNewest } from "./home.ts";
import { Owner } from "./owner.ts";
import { pastUpdates } from "./past.ts";
import { HOSTILE_NOTES } from "./releases.ts";
import {
  at,
  DAY_MS,
  empty,
  failed,
  failing,
  forget,
  installing,
  MINUTE_MS,
  offer,
  offerCommits,
  percent,
  type Scenario,
  troubled,
  windowFrom,
} from "./scene.ts";

export type DeviceScenario = keyof typeof DEVICE_SCENARIOS;

const LONG = "2.4.0-rc.1+build.20261122.the-release-with-the-longest-name-of-all-of-them";

/** Every state that a page of a device has to show. */
export const DEVICE_SCENARIOS = {
  "up-to-date": { title: "Up to date" },
  "never-checked": { title: "Never checked", set: ({ app }) => forget(app) },
  stale: { title: "Last checked three days ago", set: ({ app }) => knowNewest(app, 3 * DAY_MS) },
  checking: {
    title: "Checking, for as long as one looks",
    set: ({ app, begin }) =>
      begin.check(app).forward(
        () => undefined,
        () => app.status().state === "checking",
      ),
  },
  available: { title: "2.4.0 is there; installing it works", set: ({ app }) => offer(app) },
  "available-broken": {
    title: "2.4.0 is there; installing it goes wrong, and back",
    set: ({ app }) => offer(app, {}, failing(FAILURES.health("2.4.0"))),
  },
  "available-branch": { title: "40 commits on a branch", set: ({ app }) => offerCommits(app) },
  "available-long": {
    title: "Long names everywhere",
    set: ({ app }) => {
      app.installed = { version: LONG.replace("2.4.0-rc.1", "2.3.1"), manifest_sha256: null, commit: null };
      const title = "The release in which the page for recipes learns everything that anybody has ever asked of it";
      offer(app, {
        version: LONG,
        title,
        notes: `- ${"Donaudampfschifffahrtsgesellschaft".repeat(6)}\n- \`${LONG.repeat(3)}\``,
      });
      const channel = "feature/a-branch-whose-name-says-all-that-is-done-in-it";
      app.source = { ...app.source, channels: [...app.source.channels, channel] };
    },
  },
  "available-hostile": {
    title: "Release notes that mean harm",
    set: ({ app }) => offer(app, { notes: HOSTILE_NOTES, title: "<img src=x onerror=alert(1)>" }),
  },
  "available-plain": {
    title: "2.4.0 is there, and nothing more is known of it",
    set: ({ app }) => {
      offer(app, { notes: null, sizeBytes: null });
      const { release } = app.fetch;
      app.fetch = { ...app.fetch, release: release && { ...release, published_at: null, notes_url: null } };
    },
  },
  older: {
    title: "What the channel has is older",
    set: ({ app }) => offer(app, { version: "2.2.9", daysAgo: 90 }),
  },
  skipped: {
    title: "2.4.0 is skipped",
    set: ({ app }) => {
      offer(app);
      app.settings = { ...app.settings, skipped_version: "2.4.0" };
    },
  },
  waiting: {
    title: "Waits for its window",
    set: (scene) => {
      const { app, clock } = scene;
      offer(app);
      app.defaults = {
        ...app.defaults,
        window: windowFrom(clock.now()),
        auto: { ...app.defaults.auto, install: true },
      };
      installing(scene, { ago: MINUTE_MS, until: at("waiting"), goesOn: true });
    },
  },
  installing: { title: "Installing, at 40 %", set: (scene) => installing(scene, { until: percent(40) }) },
  verifying: { title: "Verifying", set: (scene) => installing(scene, { until: at("verifying") }) },
  unpacking: { title: "Unpacking", set: (scene) => installing(scene, { until: percent(72) }) },
  "backing-up": { title: "Backing up", set: (scene) => installing(scene, { until: at("backing_up") }) },
  switching: { title: "Switching", set: (scene) => installing(scene, { until: at("activating") }) },
  restarting: { title: "Restarting", set: (scene) => installing(scene, { until: at("restarting") }) },
  "health-check": { title: "Checking that it works", set: (scene) => installing(scene, { until: at("health_check") }) },
  "rolling-back": {
    title: "Going back",
    set: (scene) => installing(scene, { fate: failing(FAILURES.health("2.4.0")), until: at("rolling_back") }),
  },
  plays: {
    title: "An install from its beginning, with the restart",
    set: (scene) => installing(scene, { until: at("downloading"), goesOn: true }),
  },
  "plays-broken": {
    title: "The same, and it goes wrong, and back",
    set: (scene) =>
      installing(scene, { fate: failing(FAILURES.health("2.4.0")), until: at("downloading"), goesOn: true }),
  },
  lost: {
    title: "The connection is lost while it installs, for good",
    set: (scene) => {
      installing(scene, { until: at("restarting") });
      setTimeout(() => scene.outage.begin(), 2_000);
    },
  },
  done: { title: "Updated to 2.4.0", set: (scene) => installing(scene, { ago: MINUTE_MS }) },
  "done-branch": {
    title: "The newest commits of a branch were installed",
    set: (scene) => {
      offerCommits(scene.app);
      installing(scene, { ago: MINUTE_MS });
    },
  },
  "done-first": {
    title: "The first release was installed",
    set: (scene) => {
      empty(scene.app);
      offer(scene.app);
      installing(scene, { ago: MINUTE_MS });
    },
  },
  "went-back": {
    title: "The owner went back to 2.2.5",
    set: (scene) => {
      const { app, begin, clock } = scene;
      const [place] = app.kept;
      if (!place) return;
      clock.ago(2 * MINUTE_MS, (pass) => {
        const asked = { ...askedUpdate(app, { kind: "rollback", by_name: true }), to: place.version };
        begin.update(app, asked, { kind: "kept", place }).forward(pass);
      });
    },
  },
  "rolled-back": {
    title: "2.4.0 didn't work: back on 2.3.1",
    set: (scene) => installing(scene, { ago: 3 * MINUTE_MS, fate: failing(FAILURES.health("2.4.0")) }),
  },
  "restart-failed": {
    title: "2.4.0 couldn't be started: back on 2.3.1",
    set: (scene) => installing(scene, { ago: 3 * MINUTE_MS, fate: failing(FAILURES.restart("2.4.0")) }),
  },
  "nothing-to-go-back-to": {
    title: "The first release doesn't work, and there is none before",
    set: (scene) => {
      empty(scene.app);
      offer(scene.app);
      installing(scene, { ago: 3 * MINUTE_MS, fate: failing(FAILURES.health("2.4.0")) });
    },
  },
  "failed-download": { title: "The download broke off", set: (scene) => failed(scene, FAILURES.brokenOff()) },
  "disk-full": { title: "The disk is full", set: (scene) => failed(scene, FAILURES.diskFull()) },
  signature: { title: "The signature is wrong", set: (scene) => failed(scene, FAILURES.signature()) },
  hash: { title: "The download isn't what was stated", set: (scene) => failed(scene, FAILURES.hash()) },
  "power-lost": { title: "The power went out", set: (scene) => failed(scene, FAILURES.powerLost()) },
  cancelled: {
    title: "The owner cancelled it",
    set: (scene) => {
      installing(scene, { until: percent(40) });
      new Owner(scene.app, scene.begin).cancel();
    },
  },
  busy: {
    title: "Whoever installs finds that the nightly timer was quicker",
    set: ({ app }) => {
      offer(app);
      app.beaten = true;
    },
  },
  offline: { title: "The update server can't be reached", set: ({ app }) => troubled(app, FAILURES.offline()) },
  "rate-limited": {
    title: "GitHub's limit is used up",
    set: ({ app, clock }) => troubled(app, FAILURES.rateLimited(clock.now())),
  },
  "nothing-installed": {
    title: "Nothing is installed yet",
    set: ({ app }) => {
      empty(app);
      offer(app);
    },
  },
  "no-channels": {
    title: "The source has no channel",
    set: ({ app }) => {
      app.source = { ...app.source, channels: [], offers: {} };
      knowNewest(app, MINUTE_MS);
    },
  },
  "no-backup": {
    title: "Nothing to go back to",
    set: ({ app }) => {
      app.kept = [];
    },
  },
  "history-long": {
    title: "500 updates in the history",
    set: ({ app, clock }) => {
      app.history = [...app.history.slice(0, 1), ...pastUpdates(499, clock.now())];
    },
  },
  "log-long": {
    title: "The log of the last update has 5,000 lines",
    set: (scene) => {
      scene.app.chatter = 5_000;
      installing(scene, { ago: MINUTE_MS });
    },
  },
  "history-empty": {
    title: "No update yet",
    set: ({ app }) => app.forgetUpdates(),
  },
  "both-available": {
    title: "Both apps have an update",
    set: ({ app, apps }) => {
      offer(app);
      for (const other of apps.slice(1)) {
        other.source = { ...other.source, offers: { main: offeredCommits(12, other.clock.now()) } };
        knowNewest(other, MINUTE_MS);
      }
    },
  },
  unauthorized: { title: "Everything needs a token", needsToken: "everything", set: ({ app }) => offer(app) },
  "read-only": { title: "Changes need a token", needsToken: "changes", set: ({ app }) => offer(app) },
  slow: { title: "Each answer takes three seconds", delayMs: 3_000, set: ({ app }) => offer(app) },
  unreachable: { title: "The device doesn't answer", isUnreachable: true },
} as const satisfies Record<string, Scenario>;

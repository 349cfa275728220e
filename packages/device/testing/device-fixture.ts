import { join } from "node:path";
import {
  type ApplyRecord,
  BundleInstall,
  FetchRecord,
  Manifest,
  type Move,
  type Order,
  Settings,
  type Update,
} from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { sha256Of } from "@pawl/trust";
import { App } from "../app.ts";
import { Applier } from "../applier.ts";
import { UpdateError } from "../error.ts";
import { type Applying, HandOver } from "../hand-over.ts";
import type { HealthReading } from "../health/types.ts";
import type { InPlace, Installer } from "../installers/types.ts";
import type { Notices } from "../notices/index.ts";
import { Choices } from "../owner/choices.ts";
import { News } from "../owner/news.ts";
import { rememberOffers } from "../sources/known-offers.ts";
import type { Offer, Source } from "../sources/types.ts";
import { ensureFolder } from "../store/atomic-file.ts";
import { cancelSignal } from "../store/cancel-request.ts";
import { EMPTY_APPLY, EMPTY_FETCH } from "../store/empty-records.ts";
import { appPaths } from "../store/paths.ts";
import { RecordFile } from "../store/record.ts";
import { Reporters } from "../store/reporters.ts";
import { SettingsFile } from "../store/settings.ts";
import { UpdateFeed } from "../store/update-feed.ts";
import { readLog } from "../store/update-log.ts";
import { readStatus } from "../store/view.ts";
import { systemClock } from "../system/clock.ts";
import type { Clock } from "../system/types.ts";
import { applyExecutors } from "../update/apply-executors.ts";
import type { RecordStore } from "../update/engine.ts";
import { type Downloads, fetchExecutors } from "../update/fetch-executors.ts";
import { lastOutcome } from "../update/status.ts";
import { sha } from "../update/update-fixture.ts";

function aManifest(version: string): Manifest {
  return Manifest.parse({ version, files: [] });
}

/** The process is dead: nothing after this line happened. */
export class Killed extends Error {}

/** A clock whose time is set by hand, and whose sleeps are short: whoever waits for a process or a file still does. */
export class HastyClock implements Clock {
  #now: number;

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Lets wall time pass, in milliseconds; below zero: the clock is set back. */
  pass(ms: number): void {
    this.#now += ms;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return systemClock.sleep(Math.min(ms, 10), signal);
  }
}

/** Where a test stops the work, or breaks it. Called with the name of each step as it begins. */
export type Hook = (step: string, signal?: AbortSignal) => void | Promise<void>;

/**
 * A device without a disk image, services or a network: what is in place is a field, what happens is noted in `did`.
 * The stores, locks, logs and both engines are the real ones, on a real folder, and outlive any process made on it.
 */
export class FakeDevice {
  /** The tree that serves. */
  tree: string | null = "1.0.0";
  earlier: string[] = [];
  /** Whole releases on disk, whether one can go back to them or not. */
  onDisk: InPlace[] = [];
  versionFile = "1.0.0";
  /** Which versions work when they are started. */
  works = (version: string | null): boolean => version !== null;
  readonly did: string[] = [];
  /** How often the device was started. */
  boots = 1;
  readonly releases = new Map<string, { manifest: Uint8Array; offer: Offer }>();
  hook: Hook = () => undefined;
  window: string | null = null;
  /** An earlier updater's, with the channel in it. */
  channelFile: string | undefined = undefined;
  readonly paths: ReturnType<typeof appPaths>;
  readonly clock: Clock;

  constructor(dir: string, clock: Clock) {
    this.paths = appPaths(dir, "kitchen");
    this.clock = clock;
  }

  /** Puts a release on the host. The same version again, with other `content`, is another release. */
  publish(version: string, { channel = "stable", content = "" } = {}): void {
    const bundle = { name: "app.tar", size: 1000, sha256: sha("d"), unpacked_size: 2000 };
    const manifest = Buffer.from(JSON.stringify({ version, bundle, files: [], "x-content": content }));
    const offer: Offer = {
      version,
      channel,
      published_at: null,
      title: null,
      notes: null,
      notes_url: null,
      manifest_url: `https://updates.example.org/${version}/manifest.json`,
      signature_url: null,
      bundle_url: `https://updates.example.org/${version}/app.tar`,
    };
    this.releases.set(offer.manifest_url ?? version, { manifest, offer });
  }

  async #step(name: string, signal?: AbortSignal): Promise<void> {
    this.did.push(name);
    await this.hook(name, signal);
    signal?.throwIfAborted();
  }

  readonly installer: Installer = {
    settleDisk: async () => this.hook("settle disk"),
    unrecorded: async () => null,
    current: async () => (this.tree === null ? null : { version: this.tree, tree: this.tree, manifest_sha256: null }),
    backups: async () =>
      this.earlier.flatMap((tree) =>
        tree === this.tree ? [] : { version: tree, tree, manifest_sha256: null, path: `/opt/${tree}` },
      ),
    kept: async () => this.onDisk.filter(({ tree }) => tree !== this.tree),
    manifest: async (tree) => aManifest(tree),
    needs: async () => [],
    adopt: async () => {
      await this.#step("adopt");
      return this.versionFile;
    },
    verifyKept: (move, signal) => this.#step(`verify kept ${move.next}`, signal),
    stage: async ({ manifest, manifestBytes }, report, signal): Promise<Move> => {
      await this.#step("stage", signal);
      report.advance({ doneBytes: 1, totalBytes: 2 });
      return { previous: this.tree, next: manifest.version, manifest_sha256: sha256Of(manifestBytes), kept: false };
    },
    backUp: () => this.#step("back-up"),
    switchTo: async (move) => {
      await this.#step("switch");
      this.tree = move.next;
    },
    switchBack: async (move) => {
      await this.#step("switch-back");
      const wasInPlace = this.tree === move.next;
      this.tree = move.previous;
      return wasInPlace;
    },
    settle: (move) => this.#step(`settle ${move.previous}`),
    commit: async (move, update) => {
      await this.#step(`commit ${move.next}`);
      const way = update.kind === "install" && move.previous ? [move.previous, ...this.earlier] : this.earlier;
      this.earlier = way.filter((tree) => tree !== move.next);
    },
    discard: () => this.#step("discard"),
  };

  readonly source: Source = {
    address: "https://updates.example.org/",
    branches: null,
    look: async (_, signal) => {
      await this.#step("offers", signal);
      const offers = [...this.releases.values()].map(({ offer }) => offer);
      return { offers, channels: ["stable", "prerelease", ...offers.flatMap(({ channel }) => channel ?? [])] };
    },
    manifest: async ({ manifest_url }, signal) => {
      await this.#step("manifest", signal);
      const release = this.releases.get(manifest_url);
      if (!release) throw new UpdateError("not_found", "The host has no such release.");
      return { bytes: release.manifest, signature: null };
    },
    downloadHeaders: async () => ({}),
  };

  readonly downloads: Downloads = {
    fetchUnstated: () => Promise.reject(new Error("every release here states its bundle")),
    packCommit: () => Promise.reject(new Error("no release here is a commit")),
    hasCommit: async () => false,
    packed: () => Promise.reject(new Error("no release here is a commit")),
    manifestInside: () => Promise.reject(new Error("every release here has its manifest beside it")),
    keep: () => this.#step("keep"),
    fetch: async (_, bundle, advance, signal) => {
      await this.#step("download", signal);
      advance({ doneBytes: bundle.size, totalBytes: bundle.size });
      return bundle.size;
    },
    verify: (_, __, signal) => this.#step("verify", signal),
    clear: () => this.#step("clear"),
  };

  /** Root's side as a process would have it. `onSave` is told each state once it is on disk. */
  async applier({ onSave = (_: ApplyRecord): void => undefined } = {}): Promise<Applier> {
    await ensureFolder(this.paths.apply.log);
    const reporters = this.#reporters("apply", null);
    const file = this.applyStore();
    const store: RecordStore<ApplyRecord> = {
      load: () => file.load(),
      save: async (record) => {
        await file.save(record);
        onSave(record);
      },
    };
    const executors = applyExecutors({
      installer: this.installer,
      clock: this.clock,
      reporter: (update) => reporters.of(update),
      fetched: async (release) => {
        const manifest = aManifest(release.version);
        const manifestBytes = this.releases.get(release.manifest_url ?? "")?.manifest ?? Buffer.from(release.version);
        return { manifest, manifestBytes, bundlePath: "/downloads/app.tar" };
      },
      services: {
        restart: (signal) => this.#step(`restart ${this.tree}`, signal),
        start: (signal) => this.#step(`start ${this.tree}`, signal),
        stop: (signal) => this.#step(`stop ${this.tree}`, signal),
      },
      checkHealth: async (version, signal): Promise<HealthReading> => {
        await this.#step(`test ${version}`, signal);
        const works = version === this.tree && this.works(version);
        return works ? { ok: true } : { ok: false, reason: "it does not answer" };
      },
      cancelSignal: (update) => cancelSignal(this.paths.api.cancel, update.id),
      preflight: { beforeStaging: async () => this.hook("preflight of root") },
      postInstall: { check: async () => {}, run: async () => {}, refresh: async () => {} },
      noteAdoption: async () => {},
      versionFile: {
        check: async () => this.hook("check version file"),
        write: async (version) => {
          await this.#step(`version ${version}`);
          this.versionFile = version;
        },
      },
    });
    return new Applier({
      lockDir: this.paths.apply.lock,
      store,
      installer: this.installer,
      executors,
      reporters,
      clock: this.clock,
      bootId: `boot ${this.boots}`,
      ofBeginning: async () => null,
      noteBeginning: (update) => this.noteBeginning(update),
      readOrder: async () => this.order ?? Promise.reject(new UpdateError("bad_request", "There is no order.")),
    });
  }

  order: Order | null = null;

  /** Told what is about to be begun. */
  noteBeginning = async (_: Update): Promise<void> => undefined;

  /** The unprivileged side as a process would have it. Root's side runs beside it, unless `start` says otherwise. */
  async app({
    start = (id: string): Applying => this.startApplier(id),
    shutdown = new AbortController().signal,
    onFault = (error: unknown): void => void this.faults.push(error),
    notices = { note: async () => {}, deliver: async () => {} } as Notices,
  } = {}): Promise<App> {
    const { paths, clock, installer, source } = this;
    for (const log of [paths.api.log, paths.apply.log]) await ensureFolder(log);
    const feed = new UpdateFeed([paths.api.log, paths.apply.log]);
    const reporters = this.#reporters("api", feed);
    const versioning = versionings.semver;
    const apply = () => this.applyStore().load();
    const handOver = new HandOver({
      lockDir: paths.apply.lock,
      writeOrder: async (order) => {
        this.order = order;
      },
      withdrawOrder: async () => {
        this.order = null;
      },
      start: ({ id }) => start(id),
      apply,
      clock,
    });
    const auto = { check: true, time: "04:20", jitter: 0, install: false };
    const channelFile = this.channelFile;
    const install = { bundle: BundleInstall.parse({ home: "/opt/kitchen" }) };
    const config = {
      channel: "stable",
      auto,
      channel_file: channelFile,
      install,
      ...(this.window && { window: this.window }),
    };
    const status = () =>
      readStatus({ paths, python: { cachePath: null }, config, installer, versioning, now: clock.now() });
    const choices: Choices = new Choices({
      defaults: config,
      file: new SettingsFile({
        path: paths.api.settings,
        channelFile,
        lockDir: paths.api.settingsLock,
        clock,
        parse: (value) => Settings.safeParse(value).data ?? null,
      }),
      status,
      requireChannel: (channel) => news.requireChannel(channel),
      last: async () => lastOutcome(await this.fetchStore().peek(), await apply()),
      stopWaiting: (version) => app.stopWaiting(version),
      forgetCheck: () => app.forgetCheck(),
    });
    const remembered = { dir: paths.api.cache, path: join(paths.api.cache, "offers.json"), now: () => clock.now() };
    const offers = rememberOffers(source, remembered);
    const fetchRecord = () => this.fetchStore().load();
    const history = () => app.history();
    const news = new News({ offers, versioning, fetchRecord, status, history, clock, shutdown });
    const policy = async () => ({ window: (await choices.chosen()).window });
    const executors = fetchExecutors({
      source: offers,
      downloads: this.downloads,
      versioning,
      keys: [],
      policy,
      clock,
      channel: async () => (await choices.chosen()).channel,
      skipped: async () => (await choices.chosen()).skipped,
      preflight: async () => this.hook("preflight"),
      current: () => installer.current(),
      apply,
      fetchRecord: () => this.fetchStore().peek(),
      reporter: (update) => reporters.of(update),
      cancelSignal: (update) => cancelSignal(paths.api.cancel, update.id),
      handOver: (update, release, signal) => handOver.carryOut(update, release, signal),
    });
    const app = new App({
      name: "kitchen",
      title: "Kitchen",
      paths,
      store: this.fetchStore(),
      apply,
      status,
      choices,
      news,
      notices,
      installer,
      executors,
      handOver,
      reporters,
      feed,
      versioning,
      policy,
      clock,
      shutdown,
      onFault,
    });
    return app;
  }

  readonly faults: unknown[] = [];

  /** Root's side for an update, in the background, as a process of its own would be. */
  startApplier(updateId: string): Applying {
    let end: { code: number; words: string } | null = null;
    const run = async () => {
      const applier = await this.applier();
      await applier.apply(updateId, new AbortController().signal);
    };
    run().then(
      () => {
        end = { code: 0, words: "" };
      },
      (error) => {
        end = { code: 1, words: String(error) };
      },
    );
    return { ended: () => end };
  }

  fetchStore(): RecordFile<FetchRecord> {
    const parse = (value: unknown) => FetchRecord.safeParse(value).data ?? null;
    return new RecordFile({ path: this.paths.api.state, empty: EMPTY_FETCH, parse });
  }

  applyStore(): RecordFile<ApplyRecord> {
    const parse = (value: unknown) => value as ApplyRecord;
    return new RecordFile({ path: this.paths.apply.state, empty: EMPTY_APPLY, parse });
  }

  /** The lines of an update's log, and its ends as `done <state>`. */
  log(updateId: string): string[] {
    return readLog([this.paths.api.log, this.paths.apply.log], updateId).flatMap(({ event }) => {
      if (event.type === "done") return [`done ${event.state}`];
      return event.type === "line" ? [event.line] : [];
    });
  }

  #reporters(side: "api" | "apply", feed: UpdateFeed | null): Reporters {
    return new Reporters({
      logs: [this.paths.api.log, this.paths.apply.log],
      own: this.paths[side],
      clock: this.clock,
      show: (id, event) => feed?.show(id, event),
      title: "Kitchen",
    });
  }
}

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ApplyRecord, type Config, FetchRecord, Settings, type Update } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { App } from "../app.ts";
import { DownloadsFolder } from "../download/index.ts";
import { type Applying, HandOver } from "../hand-over.ts";
import { createNotices } from "../notices/index.ts";
import { Choices } from "../owner/choices.ts";
import { News } from "../owner/news.ts";
import { followTimes } from "../schedule/follow.ts";
import { createSource } from "../sources/index.ts";
import { rememberOffers } from "../sources/known-offers.ts";
import { writeCacheFile } from "../store/atomic-file.ts";
import { cancelSignal } from "../store/cancel-request.ts";
import { EMPTY_APPLY, EMPTY_FETCH } from "../store/empty-records.ts";
import { readHistory } from "../store/history.ts";
import { NightlyFile } from "../store/nightly.ts";
import { devicePaths, pythonCacheOf } from "../store/paths.ts";
import { RecordFile } from "../store/record.ts";
import { SettingsFile } from "../store/settings.ts";
import { UpdateFeed } from "../store/update-feed.ts";
import { beforePawl, readStatus } from "../store/view.ts";
import { fetchExecutors } from "../update/fetch-executors.ts";
import { lastOutcome } from "../update/status.ts";
import { VERSION } from "../version.ts";
import { installerOf, type Overrides, parser, preflightOf, reportersOf, shared, stateDamaged } from "./shared.ts";

export interface AppOptions {
  config: Config;
  name: string;
  /** Starts root's side for an update, in a session of its own. */
  startApplier(app: string, update: Pick<Update, "id" | "kind">, outputPath: string): Applying;
  /** Has the timer follow what the owner has chosen; absent or null: no timer to change. */
  reschedule?(outputPath: string): Applying | null;
  onFault(error: unknown): void;
  shutdown: AbortSignal;
  overrides?: Overrides;
}

/** The unprivileged side of one app. Makes nothing on disk before it is asked to do something. Throws UpdateError `unknown_app`. */
export async function createApp({
  config,
  name,
  startApplier,
  reschedule,
  onFault,
  shutdown,
  overrides = {},
}: AppOptions): Promise<App> {
  const parts = shared(config, name, overrides);
  const { paths, clock, run, config: app } = parts;
  const feed = new UpdateFeed([paths.api.log, paths.apply.log]);
  const reporters = reportersOf(parts, "api", feed);
  const installer = installerOf(parts);
  const versioning = versionings[app.versioning];
  const python = { cachePath: pythonCacheOf(paths), run };
  const status = (fetch?: FetchRecord) =>
    readStatus({ paths, python, config: app, installer, versioning, now: clock.now(), fetch });
  const store = new RecordFile<FetchRecord>({
    path: paths.api.state,
    empty: EMPTY_FETCH,
    parse: parser(FetchRecord),
    mayBeLost: isBareCheck,
    alongside: async (record) => flatFields(await status(record)),
    onDamaged: (keptAs) => onFault(stateDamaged(keptAs)),
  });
  const applyStore = new RecordFile({ path: paths.apply.state, empty: EMPTY_APPLY, parse: parser(ApplyRecord) });
  const userAgent = `pawl/${VERSION}`;
  const remembered = { dir: paths.api.cache, path: join(paths.api.cache, "offers.json"), now: () => clock.now() };
  const source = rememberOffers(createSource(app.source, { cacheDir: paths.api.cache, userAgent, run }), remembered);
  const keys = app.public_keys;
  const downloads = new DownloadsFolder({
    dir: paths.api.downloads,
    keys,
    headers: (url) => source.downloadHeaders(url),
    clock,
  });
  // Root's file is root's: a damaged one is put aside by root.
  const apply = () => applyStore.peek();
  const handOver = new HandOver({
    lockDir: paths.apply.lock,
    // Written anew whenever root's side has not begun with it.
    writeOrder: (order) => writeCacheFile(paths.api.order, `${JSON.stringify(order, null, 2)}\n`),
    withdrawOrder: () => rm(paths.api.order, { force: true }),
    start: (update) => startApplier(name, update, join(paths.api.dir, "applier.out")),
    apply,
    clock,
  });
  const title = app.title ?? name;
  const news = new News({
    offers: source,
    versioning,
    fetchRecord: () => store.load(),
    status: () => status(),
    history: () => readHistory([paths.api.history, paths.apply.history]),
    clock,
    shutdown,
  });
  const choices: Choices = new Choices({
    defaults: app,
    file: new SettingsFile({
      path: paths.api.settings,
      channelFile: app.channel_file,
      lockDir: paths.api.settingsLock,
      clock,
      parse: parser(Settings),
    }),
    status: () => status(),
    requireChannel: (channel) => news.requireChannel(channel),
    last: async () => lastOutcome(await store.peek(), await apply()),
    stopWaiting: (version) => theApp.stopWaiting(version),
    forgetCheck: () => theApp.forgetCheck(),
    timesChanged: ({ daily }) =>
      followTimes({
        nightly: daily ? new NightlyFile({ path: paths.api.nightly, lockDir: paths.api.nightlyLock, clock }) : null,
        reschedule: reschedule ? () => reschedule(join(paths.api.dir, "schedule.out")) : null,
        lockDir: devicePaths(config.state_dir).scheduleLock,
        clock,
        signal: shutdown,
        onTrouble: (words) => process.emitWarning(words),
      }),
  });
  const policy = async () => ({ window: (await choices.chosen()).window });
  const notices = createNotices({
    config: app.notify,
    app: { name, title },
    path: paths.api.notices,
    lockDir: paths.api.noticesLock,
    status: () => status(),
    release: async () => (await store.peek()).release,
    last: async () => lastOutcome(await store.peek(), await apply()),
    run,
    clock,
    userAgent,
    onTrouble: (words) => process.emitWarning(words),
  });
  const preflight = preflightOf(parts, installer);
  const executors = fetchExecutors({
    source,
    downloads,
    versioning,
    keys,
    policy,
    clock,
    channel: async () => (await choices.chosen()).channel,
    skipped: async () => (await choices.chosen()).skipped,
    current: async () => (await installer.current()) ?? beforePawl(app, python),
    apply,
    fetchRecord: () => store.peek(),
    preflight: (release, manifest, signal) => preflight.beforeDownload(release, manifest, signal),
    reporter: (update) => reporters.of(update),
    cancelSignal: (update) => cancelSignal(paths.api.cancel, update.id),
    handOver: (update, release, signal) => handOver.carryOut(update, release, signal),
  });
  const theApp = new App({
    name,
    title,
    paths,
    store,
    apply,
    status: () => status(),
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
  return theApp;
}

/** After a power cut it is forgotten, and the old answer stays (contract device-api.md §2). */
function isBareCheck({ engine }: FetchRecord): boolean {
  return engine.status === "checking" && engine.update === null;
}

/** The names that an earlier updater's dashboard reads from the file (contract device-api.md §6, `state.json`). */
function flatFields(status: Awaited<ReturnType<App["status"]>>): object {
  return {
    ...status,
    latest: status.latest_version,
    current: status.current_version,
    last_check: status.last_checked,
  };
}

import { join } from "node:path";
import { type AppConfig, ApplyRecord, type Config, FetchRecord, Order, Settings, type Update } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import type { z } from "zod";
import { App } from "./app.ts";
import { Applier } from "./applier.ts";
import { bundleName, DownloadsFolder, readFetched, redactUrl } from "./download/index.ts";
import { UpdateError } from "./error.ts";
import { type Applying, HandOver } from "./hand-over.ts";
import { checkHealth, createProbes } from "./health/index.ts";
import { createInstaller, type Installer } from "./installers/index.ts";
import { createNotices } from "./notices/index.ts";
import { Choices } from "./owner/choices.ts";
import { News } from "./owner/news.ts";
import { createPostInstall } from "./post-install/index.ts";
import { createPreflight, type Facts, type Preflight, systemFacts } from "./preflight/index.ts";
import { createSource } from "./sources/index.ts";
import { rememberOffers } from "./sources/known-offers.ts";
import { ensureApplyFolder } from "./store/apply-folder.ts";
import { writeCacheFile } from "./store/atomic-file.ts";
import { cancelSignal } from "./store/cancel-request.ts";
import { EMPTY_APPLY, EMPTY_FETCH } from "./store/empty-records.ts";
import { recordOutcome } from "./store/history.ts";
import { InstalledStore } from "./store/installed.ts";
import { type AppPaths, appPaths } from "./store/paths.ts";
import { jsonOrNull, RecordFile } from "./store/record.ts";
import { Reporters } from "./store/reporters.ts";
import { SettingsFile } from "./store/settings.ts";
import { readUntrusted } from "./store/untrusted-file.ts";
import { UpdateFeed } from "./store/update-feed.ts";
import { VersionFile } from "./store/version-file.ts";
import { beforePawl, readStatus } from "./store/view.ts";
import { systemClock } from "./system/clock.ts";
import { run as systemRun } from "./system/run.ts";
import { createServices } from "./system/services.ts";
import type { Clock, Run } from "./system/types.ts";
import { applyExecutors } from "./update/apply-executors.ts";
import type { RecordStore } from "./update/engine.ts";
import { fetchExecutors } from "./update/fetch-executors.ts";
import { adoptionOf } from "./update/outcome.ts";
import type { ApplyExecutors } from "./update/plan.ts";
import { lastOutcome } from "./update/status.ts";
import { VERSION } from "./version.ts";

/** Far more than an order with the longest notes a release may have. */
const ORDER_MAX_BYTES = 1024 * 1024;

/** What tests put in another's place: the clock, the programs and facts of the operating system, the way to root's side. */
export interface Overrides {
  clock?: Clock;
  run?: Run;
  facts?: Facts;
  executors?: (executors: ApplyExecutors) => ApplyExecutors;
  applyStore?: (store: RecordStore<ApplyRecord>) => RecordStore<ApplyRecord>;
}

/** What both sides of one app share. */
interface Shared {
  name: string;
  config: AppConfig;
  hooksDir: string;
  paths: AppPaths;
  clock: Clock;
  run: Run;
  facts: Facts;
}

function shared(config: Config, name: string, overrides: Overrides): Shared {
  const app = config.apps[name];
  if (!app) throw unknownApp(config, name);
  const { clock = systemClock, run = systemRun } = overrides;
  const { facts = systemFacts(run) } = overrides;
  return { name, config: app, hooksDir: config.hooks_dir, paths: appPaths(config.state_dir, name), clock, run, facts };
}

function installerOf({ config, paths, run, clock }: Shared) {
  const installed = new InstalledStore(paths.apply.installed);
  return createInstaller(config.install, {
    installed,
    backupDir: paths.apply.backups,
    versionBefore: async () => (await beforePawl(config.version_file))?.version ?? null,
    run,
    source: sourceAddress(config.source),
    now: () => clock.now(),
  });
}

function preflightOf(parts: Shared, installer: Installer): Preflight {
  const { name, config, paths, hooksDir, facts, clock, run } = parts;
  return createPreflight({
    app: name,
    versioning: versionings[config.versioning],
    current: async () => (await installer.current()) ?? beforePawl(config.version_file),
    needs: (manifest) => installer.needs(manifest),
    downloads: paths.api.downloads,
    hooksDir,
    facts,
    clock,
    run,
  });
}

function reportersOf(parts: Shared, side: "api" | "apply", feed: UpdateFeed | null): Reporters {
  const { paths, clock, config, name } = parts;
  return new Reporters({
    logs: [paths.api.log, paths.apply.log],
    own: paths[side],
    clock,
    show: (id, event) => feed?.show(id, event),
    title: config.title ?? name,
  });
}

export interface AppOptions {
  config: Config;
  name: string;
  /** Starts root's side for an update, in a session of its own. */
  startApplier(app: string, update: Pick<Update, "id" | "kind">, outputPath: string): Applying;
  onFault(error: unknown): void;
  shutdown: AbortSignal;
  overrides?: Overrides;
}

/** The unprivileged side of one app. Makes nothing on disk before it is asked to do something. Throws UpdateError `unknown_app`. */
export async function createApp({
  config,
  name,
  startApplier,
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
  const status = (fetch?: FetchRecord) =>
    readStatus({ paths, config: app, installer, versioning, now: clock.now(), fetch });
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
  const source = rememberOffers(createSource(app.source, { cacheDir: paths.api.cache, userAgent }), remembered);
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
    clock,
    shutdown,
  });
  const choices: Choices = new Choices({
    defaults: app,
    file: new SettingsFile({
      path: paths.api.settings,
      lockDir: paths.api.settingsLock,
      clock,
      parse: parser(Settings),
    }),
    status: () => status(),
    hasChannel: (channel) => news.hasChannel(channel),
    last: async () => lastOutcome(await store.peek(), await apply()),
    stopWaiting: (version) => theApp.stopWaiting(version),
    forgetCheck: () => theApp.forgetCheck(),
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
    skippedVersion: async () => (await choices.chosen()).skippedVersion,
    current: async () => (await installer.current()) ?? beforePawl(app.version_file),
    apply,
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

/** Root's side of one app. Throws UpdateError `unknown_app`. */
export async function createApplier(config: Config, name: string, overrides: Overrides = {}): Promise<Applier> {
  const parts = shared(config, name, overrides);
  const { paths, clock, run, config: app } = parts;
  await ensureApplyFolder(paths.apply.dir);
  const services = createServices(app.services, run);
  const installer = installerOf(parts);
  const reporters = reportersOf(parts, "apply", null);
  const file = new RecordFile({
    path: paths.apply.state,
    empty: EMPTY_APPLY,
    parse: parser(ApplyRecord),
    onDamaged: (keptAs) => process.emitWarning(stateDamaged(keptAs).message),
  });
  const readOrder = async () => {
    const bytes = await readUntrusted(paths.api.order, ORDER_MAX_BYTES);
    const order = parser(Order)(jsonOrNull(bytes?.toString("utf8") ?? ""));
    if (!order) throw new UpdateError("bad_request", "There is no order that can be read.", { path: paths.api.order });
    return order;
  };
  const executors = applyExecutors({
    installer,
    clock,
    services,
    reporter: (update) => reporters.of(update),
    fetched: async (release) => {
      const { sha256, ...fetched } = await readFetched(paths.api.downloads, release, app.public_keys);
      return { ...fetched, bundlePath: join(paths.api.downloads, bundleName(sha256)) };
    },
    checkHealth: (expectedVersion, signal, onLine) =>
      checkHealth({ probes: createProbes(app.health, services, run), expectedVersion, clock, signal, onLine }),
    cancelSignal: (update) => cancelSignal(paths.api.cancel, update.id),
    versionFile: new VersionFile(app.version_file),
    preflight: preflightOf(parts, installer),
    postInstall: createPostInstall({
      run,
      app: name,
      hooksDir: parts.hooksDir,
      allowCommands: app.install.bundle.allow_commands,
    }),
    noteAdoption: async (update, version) => {
      await recordOutcome(paths.apply.history, adoptionOf(update, version, clock.now()));
    },
  });
  return new Applier({
    lockDir: paths.apply.lock,
    store: overrides.applyStore?.(file) ?? file,
    installer,
    executors: overrides.executors?.(executors) ?? executors,
    reporters,
    clock,
    readOrder,
  });
}

/** Where an app's releases come from, for the record of what is installed, which everybody may read. */
function sourceAddress(source: AppConfig["source"]): string {
  if ("directory" in source) return source.directory.path;
  if ("http" in source) return redactUrl(source.http.url);
  const { url, repo } = "github" in source ? source.github : source.gitea;
  return `${redactUrl(url)} ${repo}`;
}

function parser<S extends z.ZodType>(schema: S): (value: unknown) => z.infer<S> | null {
  return (value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : null;
  };
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

function stateDamaged(keptAs: string): UpdateError {
  const message = `A state file could not be read. It was kept as ${keptAs}; what is installed is known from the device itself.`;
  return new UpdateError("state_damaged", message, { path: keptAs });
}

function unknownApp(config: Config, name: string): UpdateError {
  const names = Object.keys(config.apps).join(", ");
  return new UpdateError("unknown_app", `There is no app ${name} on this device; there is: ${names}.`);
}

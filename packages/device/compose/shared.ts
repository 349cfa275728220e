import type { AppConfig, ApplyRecord, Config } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import type * as z from "zod";
import { redactUrl } from "../download/index.ts";
import { UpdateError } from "../error.ts";
import { createInstaller, type Installer } from "../installers/index.ts";
import { createPreflight, type Facts, type Preflight, systemFacts } from "../preflight/index.ts";
import { repositoryOf } from "../sources/repository-of.ts";
import { InstalledStore } from "../store/installed.ts";
import { type AppPaths, appPaths, pythonCacheOf } from "../store/paths.ts";
import { Reporters } from "../store/reporters.ts";
import type { UpdateFeed } from "../store/update-feed.ts";
import { beforePawl } from "../store/view.ts";
import { systemClock } from "../system/clock.ts";
import { run as systemRun } from "../system/run.ts";
import type { Clock, Run } from "../system/types.ts";
import type { RecordStore } from "../update/engine.ts";
import type { ApplyExecutors } from "../update/plan.ts";

/** What tests put in another's place: the clock, the programs and facts of the operating system, the way to root's side. */
export interface Overrides {
  clock?: Clock;
  run?: Run;
  facts?: Facts;
  executors?: (executors: ApplyExecutors) => ApplyExecutors;
  applyStore?: (store: RecordStore<ApplyRecord>) => RecordStore<ApplyRecord>;
}

/** What both sides of one app share. */
export interface Shared {
  name: string;
  config: AppConfig;
  hooksDir: string;
  paths: AppPaths;
  clock: Clock;
  run: Run;
  facts: Facts;
}

/** What of the device's configuration an app is built from. */
export type DeviceConfig = Pick<Config, "state_dir" | "hooks_dir" | "apps">;

export function shared(config: DeviceConfig, name: string, overrides: Overrides): Shared {
  const app = config.apps[name];
  if (!app) throw unknownApp(config, name);
  const { clock = systemClock, run = systemRun } = overrides;
  const { facts = systemFacts(run) } = overrides;
  return { name, config: app, hooksDir: config.hooks_dir, paths: appPaths(config.state_dir, name), clock, run, facts };
}

export function installerOf({ config, paths, run, clock }: Shared) {
  const installed = new InstalledStore(paths.apply.installed);
  return createInstaller(config.install, {
    installed,
    backupDir: paths.apply.backups,
    versionBefore: async () => (await beforePawl(config, { cachePath: pythonCacheOf(paths), run }))?.version ?? null,
    run,
    clock,
    pythonCache: pythonCacheOf(paths),
    repository: repositoryOf(config.source),
    source: sourceAddress(config.source),
    now: () => clock.now(),
  });
}

export function preflightOf(parts: Shared, installer: Installer): Preflight {
  const { name, config, paths, hooksDir, facts, clock, run } = parts;
  return createPreflight({
    app: name,
    versioning: versionings[config.versioning],
    current: async () => (await installer.current()) ?? beforePawl(config, { cachePath: pythonCacheOf(paths), run }),
    needs: (manifest) => installer.needs(manifest),
    downloads: paths.api.downloads,
    hooksDir,
    facts,
    clock,
    run,
  });
}

export function reportersOf(parts: Shared, side: "api" | "apply", feed: UpdateFeed | null): Reporters {
  const { paths, clock, config, name } = parts;
  return new Reporters({
    logs: [paths.api.log, paths.apply.log],
    own: paths[side],
    clock,
    show: (id, event) => feed?.show(id, event),
    title: config.title ?? name,
  });
}

/** Where an app's releases come from, for the record of what is installed, which everybody may read. */
function sourceAddress(source: AppConfig["source"]): string {
  if ("directory" in source) return source.directory.path;
  if ("http" in source) return redactUrl(source.http.url);
  if ("git" in source) return redactUrl(source.git.url);
  const { url, repo } = "github" in source ? source.github : source.gitea;
  return `${redactUrl(url)} ${repo}`;
}

/** A schema as the stores want it: parses or gives null. */
export function parser<S extends z.ZodType>(schema: S): (value: unknown) => z.infer<S> | null {
  return (value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : null;
  };
}

/** A state file that could not be understood was put aside. */
export function stateDamaged(keptAs: string): UpdateError {
  const message = `A state file could not be read. It was kept as ${keptAs}; what is installed is known from the device itself.`;
  return new UpdateError("state_damaged", message, { path: keptAs });
}

export function unknownApp(config: Pick<Config, "apps">, name: string): UpdateError {
  const names = Object.keys(config.apps).join(", ");
  return new UpdateError("unknown_app", `There is no app ${name} on this device; there is: ${names}.`);
}

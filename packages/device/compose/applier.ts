import { join } from "node:path";
import { ApplyRecord, Order } from "@pawl/protocol";
import { Applier, type Tools } from "../applier.ts";
import { bundleName, readFetched } from "../download/index.ts";
import { UpdateError } from "../error.ts";
import { checkHealth, createProbes } from "../health/index.ts";
import { createPostInstall } from "../post-install/index.ts";
import { ensureApplyFolder } from "../store/apply-folder.ts";
import { type Beginning, readBeginning, saveBeginning } from "../store/beginning.ts";
import { cancelSignal } from "../store/cancel-request.ts";
import { EMPTY_APPLY } from "../store/empty-records.ts";
import { recordOutcome } from "../store/history.ts";
import { appPaths } from "../store/paths.ts";
import { jsonOrNull, RecordFile } from "../store/record.ts";
import type { Reporters } from "../store/reporters.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import { VersionFile } from "../store/version-file.ts";
import { bootId } from "../system/process-identity.ts";
import { createServices } from "../system/services.ts";
import { applyExecutors } from "../update/apply-executors.ts";
import { adoptionOf } from "../update/outcome.ts";
import { rebuiltRecord } from "../update/rebuilt-record.ts";
import {
  type DeviceConfig,
  installerOf,
  type Overrides,
  parser,
  preflightOf,
  reportersOf,
  type Shared,
  shared,
  stateDamaged,
  unknownApp,
} from "./shared.ts";

/** Far more than an order with the longest notes a release may have. */
const ORDER_MAX_BYTES = 1024 * 1024;

/**
 * Root's side of one app. What an update began with is what it is finished with; an app that isn't in the configuration
 * any more can still be finished. Throws UpdateError `unknown_app` when nothing is known of it.
 */
export async function createApplier(config: DeviceConfig, name: string, overrides: Overrides = {}): Promise<Applier> {
  const own = config.apps[name];
  const paths = appPaths(config.state_dir, name);
  const newest = own ? null : await readBeginning(paths.apply.config);
  const partsWith = ({ app, hooks_dir }: Pick<Beginning, "app" | "hooks_dir">) =>
    shared({ state_dir: config.state_dir, hooks_dir, apps: { [name]: app } }, name, overrides);
  const parts = newest ? partsWith(newest) : shared(config, name, overrides);
  const { clock, config: app } = parts;
  await ensureApplyFolder(paths.apply.dir);
  const reporters = reportersOf(parts, "apply", null);
  const toolsOf = (these: Shared): Tools => {
    const tools = toolsWith(these, reporters);
    return { ...tools, executors: overrides.executors?.(tools.executors) ?? tools.executors };
  };
  const tools = toolsOf(parts);
  const file: RecordFile<ApplyRecord> = new RecordFile({
    path: paths.apply.state,
    empty: EMPTY_APPLY,
    parse: parser(ApplyRecord),
    rebuild: async () => {
      const beginning = await readBeginning(paths.apply.config);
      const { installer } = beginning ? toolsOf(partsWith(beginning)) : tools;
      const move = await installer.unrecorded();
      if (move === null) return null;
      const to = (await installer.manifest(move.next))?.version ?? null;
      const from = (await installer.current())?.version ?? null;
      const now = clock.now();
      return rebuiltRecord({ move, from, to, channel: app.channel, now, update: beginning?.update ?? null });
    },
    onDamaged: (keptAs) => process.emitWarning(stateDamaged(keptAs).message),
  });
  const readOrder = async () => {
    const bytes = await readUntrusted(paths.api.order, ORDER_MAX_BYTES);
    const order = parser(Order)(jsonOrNull(bytes?.toString("utf8") ?? ""));
    if (!order) throw new UpdateError("bad_request", "There is no order that can be read.", { path: paths.api.order });
    return order;
  };
  return new Applier({
    lockDir: paths.apply.lock,
    store: overrides.applyStore?.(file) ?? file,
    ...tools,
    ofBeginning: async () => {
      const beginning = await readBeginning(paths.apply.config);
      return beginning && toolsOf(partsWith(beginning));
    },
    noteBeginning: async (update) => {
      if (!own) throw unknownApp(config, name);
      await saveBeginning(paths.apply.config, { update, app: own, hooks_dir: config.hooks_dir });
    },
    reporters,
    clock,
    bootId: bootId(),
    readOrder,
  });
}

/** What works on the device, as a configuration has it. */
function toolsWith(parts: Shared, reporters: Reporters): Tools {
  const { name, paths, clock, run, config: app } = parts;
  const services = createServices(app.services, run);
  const installer = installerOf(parts);
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
      allowCommands: "bundle" in app.install && app.install.bundle.allow_commands,
    }),
    noteAdoption: async (update, version) => {
      await recordOutcome(paths.apply.history, adoptionOf(update, version, clock.now()));
    },
  });
  return { installer, executors };
}

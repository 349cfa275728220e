import { join } from "node:path";
import { ApplyRecord, type Config, Order } from "@pawl/protocol";
import { Applier } from "../applier.ts";
import { bundleName, readFetched } from "../download/index.ts";
import { UpdateError } from "../error.ts";
import { checkHealth, createProbes } from "../health/index.ts";
import { createPostInstall } from "../post-install/index.ts";
import { ensureApplyFolder } from "../store/apply-folder.ts";
import { cancelSignal } from "../store/cancel-request.ts";
import { EMPTY_APPLY } from "../store/empty-records.ts";
import { recordOutcome } from "../store/history.ts";
import { jsonOrNull, RecordFile } from "../store/record.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import { VersionFile } from "../store/version-file.ts";
import { bootId } from "../system/process-identity.ts";
import { createServices } from "../system/services.ts";
import { applyExecutors } from "../update/apply-executors.ts";
import { adoptionOf } from "../update/outcome.ts";
import { installerOf, type Overrides, parser, preflightOf, reportersOf, shared, stateDamaged } from "./shared.ts";

/** Far more than an order with the longest notes a release may have. */
const ORDER_MAX_BYTES = 1024 * 1024;

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
    bootId: bootId(),
    readOrder,
  });
}

// Root's side, as the device file runs it, whose programs have two seconds each instead of ninety:
// hurried-applier.ts <pawl.yaml> <app> <update>

import { createApplier } from "@pawl/device/compose";
import { loadConfig } from "@pawl/device/config";
import { run } from "../../packages/device/system/run.ts";

const [configPath = "", app = "", updateId = ""] = process.argv.slice(2);
const config = await loadConfig({ path: configPath, env: {} });
const applier = await createApplier(config, app, {
  run: (argv, options) => run(argv, { ...options, timeoutMs: Math.min(options.timeoutMs, 2_000) }),
});
await applier.apply(updateId, new AbortController().signal);

import { parseArgs } from "node:util";
import { versionings } from "@pawl/protocol/versioning";
import { recallConfig } from "../config/remembered.ts";
import { inPlace } from "../installers/in-place.ts";
import { InstalledStore } from "../store/installed.ts";
import { appPaths, pythonCacheOf } from "../store/paths.ts";
import { readStatus } from "../store/view.ts";
import { DEFAULT_CONFIG_PATH, type Io } from "./io.ts";
import { printStatus } from "./print-status.ts";

/**
 * `pawl status` in a fraction of the time: without the schema, YAML, HTTP and the parser of the command line. False when
 * it can't be told this way, whatever the reason: then the long way says it, or what is wrong.
 */
export async function quickStatus(args: readonly string[], io: Omit<Io, "configPath" | "signal">): Promise<boolean> {
  try {
    const asked = askedFor(args);
    if (!asked) return false;
    const config = recallConfig(asked.config ?? io.env.PAWL_CONFIG ?? DEFAULT_CONFIG_PATH, io.env);
    const name = asked.app ?? Object.keys(config?.apps ?? {})[0] ?? "";
    const app = config?.apps[name];
    if (!config || !app) return false;
    const paths = appPaths(config.state_dir, name);
    const python = pythonCacheOf(paths);
    const status = await readStatus({
      paths,
      python: { cachePath: python },
      config: app,
      installer: inPlace(app.install, new InstalledStore(paths.apply.installed), paths.apply.backups, python),
      versioning: versionings[app.versioning],
      now: new Date(),
    });
    printStatus(io, { title: app.title ?? name, status, app: asked.app, json: asked.json });
    return true;
  } catch {
    return false;
  }
}

/** What stands behind `pawl status`; null for every other command, and for what needs explaining. */
function askedFor(args: readonly string[]): { app?: string; config?: string; json: boolean } | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      app: { type: "string" },
      config: { type: "string" },
      json: { type: "boolean", default: false },
      "no-color": { type: "boolean" },
    },
    allowPositionals: true,
  });
  if (positionals.length !== 1 || positionals[0] !== "status") return null;
  const { app, config, json = false } = values;
  return { ...(app !== undefined && { app }), ...(config !== undefined && { config }), json };
}

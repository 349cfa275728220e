import { createApplier, type DeviceConfig } from "../compose.ts";
import { DEFAULT_STATE_DIR } from "../config/remembered.ts";
import { loadConfig } from "../config.ts";
import { forEachApp } from "./each-app.ts";
import type { Io } from "./io.ts";
import { rootsApps } from "./roots-apps.ts";

type RecoverIo = Pick<Io, "stdout" | "stderr" | "configPath" | "signal">;

/**
 * At boot, before the apps start: settles each app's disk, and does nothing else. A configuration that can't be used
 * doesn't keep it from what is on the disk. Returns the exit code; throws what is wrong with the configuration.
 *
 * @param stateDir where to look when the configuration can't be used
 */
export async function recover(io: RecoverIo, stateDir: string = DEFAULT_STATE_DIR): Promise<number> {
  process.umask(0o022);
  const { config, trouble } = await configOr(io, stateDir);
  const exitCode = await forEachApp(await rootsApps(config), io, async (app) => {
    const { engine } = await (await createApplier(config, app)).settle();
    const words =
      engine.status === "idle" ? "Nothing to do." : "The disk is in order. `pawl resume` goes on from here.";
    io.stdout(`${app}: ${words}\n`);
  });
  for (const error of trouble) throw error;
  return exitCode;
}

/** The configuration; else one without apps, and what is wrong. */
async function configOr(io: RecoverIo, stateDir: string): Promise<{ config: DeviceConfig; trouble: unknown[] }> {
  try {
    return { config: await loadConfig({ path: io.configPath(), env: {} }), trouble: [] };
  } catch (error) {
    // Of an app's hooks, the one that its update began with counts.
    return { config: { state_dir: stateDir, hooks_dir: "", apps: {} }, trouble: [error] };
  }
}

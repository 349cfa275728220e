import { createApplier } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { forEachApp } from "./each-app.ts";
import type { Io } from "./io.ts";

/** At boot, before the apps start: settles each app's disk, and does nothing else. Returns the exit code. */
export async function recover(io: Pick<Io, "stdout" | "stderr" | "configPath" | "signal">): Promise<number> {
  process.umask(0o022);
  const config = await loadConfig({ path: io.configPath(), env: {} });
  return forEachApp(config, io, async (app) => {
    const { engine } = await (await createApplier(config, app)).settle();
    const words =
      engine.status === "idle" ? "Nothing to do." : "The disk is in order. `pawl resume` goes on from here.";
    io.stdout(`${app}: ${words}\n`);
  });
}

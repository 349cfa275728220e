import { createApplier } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { asUpdateError } from "../error.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { Io } from "./io.ts";

/**
 * Goes on, in every app, with what a power cut or a kill interrupted; one that can't doesn't keep the others from it.
 * Returns the exit code: of the first that couldn't.
 */
export async function resume(io: Pick<Io, "stdout" | "stderr" | "configPath" | "signal">): Promise<number> {
  const config = await loadConfig({ path: io.configPath(), env: {} });
  let exitCode: number = EXIT.ok;
  for (const app of Object.keys(config.apps)) {
    try {
      const { last } = await (await createApplier(config, app)).recover(io.signal);
      io.stdout(`${app}: ${last ? `${last.to ?? "update"} ${last.result}` : "nothing to do"}\n`);
    } catch (error) {
      io.signal.throwIfAborted();
      const { code, message } = asUpdateError(error);
      io.stderr(`${app}: ${message}\n`);
      if (exitCode === EXIT.ok) exitCode = exitCodeOf(code);
    }
  }
  return exitCode;
}

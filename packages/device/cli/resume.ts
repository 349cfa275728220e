import { createApplier } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { asUpdateError } from "../error.ts";
import { appPaths } from "../store/paths.ts";
import { peekApply } from "../store/view.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { isWayBack, olderBy } from "./older.ts";
import { outcomeWords } from "./words.ts";

/**
 * Goes on, in every app, with what a power cut or a kill interrupted; one that can't doesn't keep the others from it.
 * Returns the exit code: of the first that couldn't.
 */
export async function resume(io: Pick<Io, "stdout" | "stderr" | "configPath" | "signal">): Promise<number> {
  const config = await loadConfig({ path: io.configPath(), env: {} });
  let exitCode: number = EXIT.ok;
  for (const [app, about] of Object.entries(config.apps)) {
    try {
      const { engine } = await peekApply(appPaths(config.state_dir, app));
      const { last } = await (await createApplier(config, app)).recover(io.signal);
      const end =
        engine.status !== "idle" && last ? outcomeWords(last, isWayBack(last, olderBy(about))) : "Nothing to do.";
      io.stdout(`${app}: ${end}\n`);
    } catch (error) {
      io.signal.throwIfAborted();
      const { code, message } = asUpdateError(error);
      io.stderr(`${app}: ${message}\n`);
      if (exitCode === EXIT.ok) exitCode = exitCodeOf(code);
    }
  }
  return exitCode;
}

import { basename, isAbsolute } from "node:path";
import type { ServiceConfig } from "@pawl/protocol";
import { isMissing } from "../run.ts";
import { type Control, LOOK_MS, type Service } from "./types.ts";
import { lastWords } from "./words.ts";

/** A service that programs of the owner start and stop. */
export function commandService(config: Extract<ServiceConfig, { command: object }>, control: Control): Service {
  const { command, optional } = config;
  const { run, timeoutMs } = control;
  const name = command.start.map(short).join(" ");

  const start: Service["start"] = (signal, onLine) => run(command.start, { timeoutMs, signal, onLine });
  const stop: Service["stop"] = async (signal, onLine) => {
    const result = await run(command.stop, { timeoutMs, signal, onLine });
    if (result.code === 0 || !command.status) return result;
    // Most stop programs complain about what isn't running; that is what was asked for.
    const status = await run(command.status, { timeoutMs: LOOK_MS, signal });
    const isDown = status.code !== 0 && !status.timedOut && !isMissing(status, command.status[0] ?? "");
    return isDown ? { ...result, code: 0 } : result;
  };

  return {
    name,
    optional,
    start,
    stop,
    async restart(signal, onLine) {
      const stopped = await stop(signal, onLine);
      // After a crash there is nothing to stop, and the start decides.
      if (stopped.code !== 0) onLine(`${command.stop.join(" ")}: ${lastWords(stopped, timeoutMs)}`);
      return start(signal, onLine);
    },
    isAbsent: async (result) => isMissing(result, command.start[0] ?? "") || isMissing(result, command.stop[0] ?? ""),
    watch: () => {
      const { status } = command;
      if (!status) return null;
      return {
        name,
        async isUp(signal) {
          const result = await run(status, { timeoutMs: LOOK_MS, signal });
          if (result.code === 0 || (optional && isMissing(result, status[0] ?? ""))) return { ok: true };
          return { ok: false, reason: `isn't running (${lastWords(result, LOOK_MS)})` };
        },
      };
    },
  };
}

/** Paths by their last part: the name is for people, who know which one is meant. */
function short(argument: string): string {
  return isAbsolute(argument) ? basename(argument) : argument;
}

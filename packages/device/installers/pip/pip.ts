import type { PipInstall } from "@pawl/protocol";
import { pipFailure } from "./failure.ts";
import { type PythonCall, type PythonOptions, runPython } from "./python.ts";

export interface PipCall extends PythonCall {
  config: PipInstall;
  /** What is told of it line by line, while it works. */
  line(text: string): void;
}

/** A small board compiles for long. */
const TIMEOUT_MS = 3 * 3_600_000;
/** While something is built pip says every minute that it is. */
const IDLE_MS = 20 * 60_000;
/** How much of what it said is kept for the words about its failure. */
const LAST_LINES = 200;

/** What pip is at, and what it is told besides its arguments. */
export interface PipWork extends Pick<PythonOptions, "signal" | "env"> {
  /** For the sentence about its failure: `build kettle 1.2.0`. */
  what: string;
}

/** Runs pip to its end. Throws UpdateError as `pipFailure` words it, or the signal's reason. */
export async function pip(call: PipCall, args: readonly string[], { what, signal, env }: PipWork): Promise<void> {
  const last: string[] = [];
  const onLine = (line: string) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    call.line(line);
  };
  const limits = { timeoutMs: TIMEOUT_MS, idleMs: IDLE_MS };
  const result = await runPython(call, ["-m", "pip", ...args], { signal, ...limits, env, onLine });
  if (result.code !== 0) throw pipFailure({ ...result, lines: last }, what, call.config);
}

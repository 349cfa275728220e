import { isMissing } from "../../system/run.ts";
import type { Run } from "../../system/types.ts";
import type { Target, Told } from "./types.ts";

/** How long a program may take, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** A program that gets the notice on stdin. It has been told when it ends with code 0. */
export function commandTarget(
  argv: readonly string[],
  { run, timeoutMs = TIMEOUT_MS }: { run: Run; timeoutMs?: number },
): Target {
  const [program = ""] = argv;
  return {
    words: `the command ${program}`,
    async tell(json, signal): Promise<Told> {
      const result = await run(argv, { input: `${json}\n`, timeoutMs, signal });
      if (result.timedOut) return { ok: false, reason: `it did not end within ${timeoutMs / 1000} s`, passing: false };
      if (result.code === 0) return { ok: true };
      if (isMissing(result, program)) return { ok: false, reason: "there is no such program", passing: false };
      // What it printed isn't shown: there may be a secret in it.
      const end = result.code === null ? `was ended by ${result.signal}` : `ended with code ${result.code}`;
      return { ok: false, reason: `it ${end}`, passing: true };
    },
  };
}

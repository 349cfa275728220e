import { asUpdateError } from "../error.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** Does something for every app; one that can't doesn't keep the others from it. Returns the exit code: of the first that couldn't. */
export async function forEachApp(
  names: Iterable<string>,
  io: Pick<Io, "stderr" | "signal">,
  work: (name: string) => Promise<void>,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const name of names) {
    try {
      await work(name);
    } catch (error) {
      io.signal.throwIfAborted();
      const { code, message } = asUpdateError(error);
      io.stderr(`${name}: ${message}\n`);
      if (exitCode === EXIT.ok) exitCode = exitCodeOf(code);
    }
  }
  return exitCode;
}

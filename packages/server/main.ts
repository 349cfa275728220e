import { processIo } from "./cli/io.ts";
import { createProgram } from "./cli/program.ts";
import { wordError } from "./cli/word-error.ts";

const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const args = process.argv.slice(2);
const io = { ...processIo(), signal: endSignal() };
try {
  // Whoever types nothing more asks what there is.
  await createProgram(io).parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
} catch (error) {
  process.exitCode = wordError(error, io, args.includes("--json"));
}

/** Aborts with the first signal; the second ends the process at once. */
function endSignal(): AbortSignal {
  const end = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    for (const signal of END_SIGNALS) process.off(signal, onSignal);
    end.abort(new Error(name));
  };
  for (const signal of END_SIGNALS) process.on(signal, onSignal);
  return end.signal;
}

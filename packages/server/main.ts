import { processIo } from "./cli/io.ts";
import { createProgram } from "./cli/program.ts";
import { wordError } from "./cli/word-error.ts";

const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A service manager signals every process of a service, and the one that started this one passes it on besides. */
const SAME_SIGNAL_MS = 500;

const args = process.argv.slice(2);
const io = { ...processIo(), signal: endSignal() };
try {
  // Whoever types nothing more asks what there is.
  await createProgram(io).parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
} catch (error) {
  process.exitCode = wordError(error, io, args.includes("--json"));
}

/** Aborts with the first signal; a second one ends the process at once, unless it is the same that came two ways. */
function endSignal(): AbortSignal {
  const end = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    end.abort(new Error(name));
    const listenNoMore = () => {
      for (const signal of END_SIGNALS) process.off(signal, onSignal);
    };
    setTimeout(listenNoMore, SAME_SIGNAL_MS).unref();
  };
  for (const signal of END_SIGNALS) process.on(signal, onSignal);
  return end.signal;
}

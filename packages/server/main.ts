import { type Io, processIo } from "./cli/io.ts";
import { createProgram } from "./cli/program.ts";
import { wordError } from "./cli/word-error.ts";

const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A service manager signals every process of a service, and the one that started this one passes it on besides. */
const SAME_SIGNAL_MS = 500;

const args = process.argv.slice(2);
const io = { ...processIo(), ...endSignals() };
try {
  // Whoever types nothing more asks what there is.
  await createProgram(io).parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
} catch (error) {
  process.exitCode = wordError(error, io, args.includes("--json"));
}

/**
 * Aborts with the first signal. The second one, unless it is the same that came two ways, is for whoever has asked to hear of it; after that,
 * or where nobody has, it ends the process.
 */
function endSignals(): Required<Pick<Io, "signal" | "onSecondSignal">> {
  const end = new AbortController();
  const listeners = new Set<() => void>();
  let heard = 0;
  let isSame = false;
  const onSignal = (name: NodeJS.Signals) => {
    if (isSame) return;
    heard += 1;
    isSame = true;
    if (heard === 1) end.abort(new Error(name));
    else for (const listener of listeners) listener();
    setTimeout(() => {
      isSame = false;
      if (heard > 1 || listeners.size === 0) listenNoMore();
    }, SAME_SIGNAL_MS).unref();
  };
  const listenNoMore = () => {
    for (const signal of END_SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of END_SIGNALS) process.on(signal, onSignal);
  return {
    signal: end.signal,
    onSecondSignal(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

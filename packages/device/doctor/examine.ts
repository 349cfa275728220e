import { setMaxListeners } from "node:events";
import { asUpdateError } from "../error.ts";
import { seconds } from "../health/words.ts";
import { type Check, type Finding, type Reading, trouble } from "./types.ts";

/** A check may take this long, in milliseconds. */
const LIMIT_MS = 12_000;

/**
 * Makes all checks, side by side, and gives their readings in the checks' order. One that throws, or takes too long, is a
 * trouble of its own. Rejects only with the signal's reason.
 */
export async function examine(
  checks: readonly Check[],
  signal: AbortSignal,
  { limitMs = LIMIT_MS } = {},
): Promise<Reading[]> {
  const all = new AbortController();
  const stop = () => all.abort(signal.reason);
  // There may be many checks, and in a check many programs: that is no leak.
  setMaxListeners(0, all.signal);
  signal.throwIfAborted();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const readings = await Promise.all(checks.map((check) => examineOne(check, all.signal, limitMs)));
    return readings.flat();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function examineOne(check: Check, signal: AbortSignal, limitMs: number): Promise<Reading[]> {
  const { id, app } = check;
  const findings = await limited(check, signal, limitMs).catch((error): Finding[] => {
    signal.throwIfAborted();
    return [gaveOut(error, id, limitMs)];
  });
  // What a program said may be several lines; a title is one.
  return findings.map((finding) => ({ id, app, ...finding, title: finding.title.replace(/\s*\n\s*/g, "; ") }));
}

class TooLong extends Error {}

/** Doesn't wait for one that won't listen: a look at a disk that hangs can't be broken off. */
async function limited(check: Check, signal: AbortSignal, limitMs: number): Promise<Finding[]> {
  signal.throwIfAborted();
  const limit = new AbortController();
  setMaxListeners(0, limit.signal);
  const stop = () => limit.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => limit.abort(new TooLong()), limitMs);
  const cut = new Promise<never>((_, reject) => {
    limit.signal.addEventListener("abort", () => reject(limit.signal.reason), { once: true });
  });
  try {
    return await Promise.race([check.look(limit.signal), cut]);
  } catch (error) {
    // Whatever it says for being broken off.
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function gaveOut(error: unknown, id: string, limitMs: number): Finding {
  if (error instanceof TooLong) {
    const title = `The check "${id}" wasn't done after ${seconds(limitMs)}`;
    return trouble(title, "Try again; if it stays so, the disk or the program it looks at hangs");
  }
  const { code, message, fields } = asUpdateError(error);
  const fix = code === "internal" ? "Please report it, with what this command prints with --json" : `See to that first`;
  return trouble(`The check "${id}" couldn't be made: ${bare(message)}`, fix, fields.detail ?? null);
}

function bare(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

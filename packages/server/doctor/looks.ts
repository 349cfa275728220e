import { type Finding, trouble, type warning } from "@pawl/device/doctor";
import pino, { type Logger } from "pino";
import { ServerError } from "../error.ts";

/** For parts that would log what a finding says. With a stream of its own: the usual one is never let go of. */
export const SILENT: Logger = pino({ level: "silent" }, { write: () => undefined });

/** What an expected failure is to whoever reads it. */
export function findingOf(error: ServerError, verdict: typeof trouble | typeof warning, fix: string): Finding {
  return verdict(bare(error.message), fix, error.cause instanceof Error ? error.cause.message : null);
}

/** A look whose expected failures are findings; what nobody foresaw is thrown. */
export async function expecting(look: () => Promise<Finding[]>, fix = "See to that first"): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ServerError) return [findingOf(error, trouble, fix)];
    throw error;
  }
}

/** A title has no period, and is one line. */
export function bare(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** `1 build`, `3 builds`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

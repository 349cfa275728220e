import type { Logger } from "pino";
import { BuildError } from "../builders/types.ts";
import type { Failure } from "../builds/types.ts";
import { ServerError } from "../error.ts";
import { MOST_PREPARING } from "./deadline.ts";
import type { Why } from "./stops.ts";

/**
 * What is said of an attempt that has come to nothing.
 * @param why we have ended it, if we have
 * @param timeMs that it might take
 */
export function failureOf(
  thrown: unknown,
  { why, timeMs, log }: { why: Why | null; timeMs: number; log: Logger },
): Failure {
  const error = tooSlow(why, timeMs) ?? thrown;
  if (error instanceof BuildError) {
    const { code, message, culprits, isPassing } = error;
    if (error.cause !== undefined) log.debug({ err: error }, "why the build failed");
    return { code, sentence: message, culprits, isPassing };
  }
  // The store's, or the database's: they have words for everybody.
  const isWorded = error instanceof ServerError && error.code !== "internal";
  if (isWorded) log.warn({ err: error }, "a worker's part has failed");
  else log.error({ err: error }, "a builder has failed in a way it doesn't know");
  const sentence = isWorded ? error.message : "The worker has failed; its log says how.";
  return { code: "worker_failed", sentence, culprits: [], isPassing: true };
}

/** What is to be said when it was we who ended it. */
function tooSlow(why: Why | null, timeMs: number): BuildError | null {
  const minutes = (ms: number) => Math.round(ms / 6_000) / 10;
  if (why === "slow") {
    const sentence = `The build took longer than the ${minutes(timeMs)} minutes that it may take.`;
    return new BuildError("limit_exceeded", sentence);
  }
  if (why !== "unprepared") return null;
  return new BuildError(
    "mirror_failed",
    `What it is built with wasn't there within ${minutes(MOST_PREPARING)} minutes.`,
  );
}

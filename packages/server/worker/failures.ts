import type { Logger } from "pino";
import { BuildError } from "../builders/types.ts";
import type { Failure } from "../builds/types.ts";
import { ServerError } from "../error.ts";
import { MOST_PREPARING } from "./deadline.ts";
import { hasNoRoom, NO_ROOM } from "./no-room.ts";
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
    // Of the worker's own troubles whoever runs it has to know more than those who ask for builds.
    const level = code === "worker_failed" ? "warn" : "debug";
    if (error.cause !== undefined) log[level]({ err: error }, "why the build failed");
    return { code, sentence: message, culprits, isPassing };
  }
  // The store's, or the database's: they have words for everybody.
  const sentence = wordsOf(error);
  if (sentence !== null) log.warn({ err: error }, "a worker's part has failed");
  else log.error({ err: error }, "a builder has failed in a way it doesn't know");
  return {
    code: "worker_failed",
    sentence: sentence ?? "The worker has failed; its log says how.",
    culprits: [],
    isPassing: true,
  };
}

/** Null for what nobody has foreseen. */
function wordsOf(error: unknown): string | null {
  if (error instanceof ServerError && error.code !== "internal") return error.message;
  return hasNoRoom(error) ? NO_ROOM : null;
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

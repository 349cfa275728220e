import { UpdateError } from "../error.ts";

/** No device that runs this program has lived before it: without a battery a clock begins at 1970, or at its image's build. */
const EARLIEST = Date.parse("2026-01-01T00:00:00Z");

/** A publisher's clock may be ahead, too, in milliseconds. */
const TOLERANCE_MS = 2 * 24 * 3_600_000;

/**
 * Whether this device knows what time it is: with a wrong clock certificates are refused, windows open at the wrong
 * hour, and history tells stories. Pure. Gives UpdateError `clock_wrong` when it doesn't.
 */
export function assessClock(
  now: Date,
  { version, published_at }: { version: string; published_at?: string | undefined },
): UpdateError | null {
  const believed = `This device believes it is ${spoken(now)}`;
  const cure = "Set its date and time (timedatectl shows them), then try again";
  if (now.getTime() < EARLIEST) return new UpdateError("clock_wrong", `${believed}. ${cure}.`, { version });
  if (published_at === undefined || now.getTime() >= Date.parse(published_at) - TOLERANCE_MS) return null;
  const published = `${version} was published on ${spoken(new Date(published_at))}`;
  return new UpdateError("clock_wrong", `${believed}, but ${published}. ${cure}.`, { version });
}

/** `2026-03-01 12:00 UTC`. */
function spoken(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

import { type Failure, failure } from "@pawl/protocol";

const MINUTE_MS = 60_000;
const MB = 1_000_000;

/** Failures in the words of a real device. Where there is a phase, it is that in which the update failed. */
export const FAILURES = {
  offline: () =>
    failure(
      "offline",
      "The update server can't be reached: updates.kitchen.example has no address. Is the network up?",
      {
        detail: "getaddrinfo ENOTFOUND updates.kitchen.example",
      },
    ),
  rateLimited: (now: Date) =>
    failure(
      "rate_limited",
      `GitHub allows 60 requests an hour from this address, and they are used up. Next check after ${later(now, 34)}; a token (token_file) raises that.`,
      { retry_at: later(now, 34) },
    ),
  brokenOff: () =>
    failure(
      "offline",
      "The connection to updates.kitchen.example broke off, and couldn't be made again for 2 minutes.",
      {
        phase: "downloading",
        detail: "read ECONNRESET",
      },
    ),
  diskFull: () =>
    failure("disk_full", "38.0 MB are missing on /var (needs 120.0 MB, has 82.0 MB).", {
      phase: "downloading",
      needed_bytes: 120 * MB,
      free_bytes: 82 * MB,
      path: "/var",
      detail: "download 14.2 MB, unpacked 42.6 MB, backup 47.2 MB, kept free 16.0 MB",
    }),
  signature: () =>
    failure(
      "signature_wrong",
      "The release isn't signed by any of the keys this app trusts, or its manifest was changed afterwards.",
      { phase: "downloading" },
    ),
  hash: () =>
    failure(
      "hash_mismatch",
      "The file on updates.kitchen.example isn't the one its release names. Nothing of it was kept.",
      {
        phase: "verifying",
        detail: "expected sha256 5f3c1d…, got 91ab04…",
      },
    ),
  health: (version: string) =>
    failure(
      "health_failed",
      `${version} was started but doesn't work: http://127.0.0.1/ answered 502 until 60 s were over.`,
      { version, phase: "health_check", detail: "http://127.0.0.1/ answered 502 until 60 s were over" },
    ),
  restart: (version: string) =>
    failure("restart_failed", `kitchen.service of ${version} could not be restarted: it ended with code 1.`, {
      version,
      phase: "restarting",
      detail: "ModuleNotFoundError: No module named 'aiohttp'",
    }),
  powerLost: () => failure("power_lost", "The power went out.", { phase: "activating" }),
} satisfies Record<string, (...about: never[]) => Failure>;

function later(now: Date, minutes: number): string {
  return new Date(now.getTime() + minutes * MINUTE_MS).toISOString();
}

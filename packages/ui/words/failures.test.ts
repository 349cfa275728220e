import { FAILURE_CODES, type Failure, failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { callWords, type FailureView, failureWords } from "./failures.ts";
import { clockTime } from "./format.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const MB = 1_000_000;

/** As the reader has it, wherever that is. */
const clock = (at: string) => clockTime(at, Date.parse(at)).replaceAll(/[\u00a0\u202f]/g, " ");

const install = { result: "failed", kind: "install", to: "2.4.0" } as const;

function said(failed: Failure, ended: FailureView["ended"] = install, nextRun: string | null = null): string {
  const { why, done, next } = failureWords({ failure: failed, ended, nextRun, now: NOW });
  return [why, done, next]
    .filter((part) => part !== null)
    .join(" ")
    .replaceAll(/[\u00a0\u202f]/g, " ");
}

test.each<[string, Failure, FailureView["ended"], string]>([
  [
    "offline",
    failure("offline", "updates.example.org has no address."),
    null,
    `The update server can't be reached. Everything keeps working; Pawl tries again at ${clock("2026-11-23T04:20:00Z")}.`,
  ],
  [
    "a server that says when it may be asked, and nobody asks it then",
    failure("host_error", "503.", { retry_at: "2026-11-22T14:20:00Z" }),
    null,
    `The update server has trouble of its own. Everything keeps working; Pawl tries again at ${clock("2026-11-23T04:20:00Z")}.`,
  ],
  [
    "a limit that is over",
    failure("rate_limited", "GitHub's are used up. Later.", { retry_at: "2026-11-22T11:20:00Z" }),
    null,
    `GitHub's are used up. Everything keeps working. Next check ${clock("2026-11-23T04:20:00Z")}.`,
  ],
  [
    "rate limited",
    failure(
      "rate_limited",
      "GitHub allows 60 questions an hour from your network and they are used up. Next check after 2026-11-22T14:20:00Z; a token raises that.",
      { retry_at: "2026-11-22T14:20:00Z" },
    ),
    null,
    `GitHub allows 60 questions an hour from your network and they are used up. Everything keeps working. Next check ${clock("2026-11-22T14:20:00Z")}.`,
  ],
  [
    "disk full",
    failure("disk_full", "No room.", {
      needed_bytes: 120 * MB,
      free_bytes: 82 * MB,
      path: "/var",
      phase: "downloading",
    }),
    install,
    "38 MB are missing on /var (needs 120 MB, has 82 MB). Nothing was changed. Make room on /var, then try again.",
  ],
  [
    "disk full of small files",
    failure("disk_full", "There are too many small files on /var already.", { path: "/var", phase: "downloading" }),
    install,
    "There are too many small files on /var already. Nothing was changed. Make room on /var, then try again.",
  ],
  [
    "signature",
    failure("signature_wrong", "No line matches.", { version: "2.4.0", phase: "verifying" }),
    install,
    "2.4.0 isn't signed with the key this device trusts, so it was not installed. Nothing was changed. Ask whoever publishes it for a release signed with that key; the report says which release it is.",
  ],
  [
    "health check",
    failure("health_failed", "Long.", {
      version: "2.4.0",
      back_on: "2.3.1",
      phase: "health_check",
      detail: "its page didn't answer until 60 s were over",
    }),
    { ...install, result: "rolled_back" },
    "2.4.0 started, but it doesn't work: its page didn't answer until 60 s were over. Pawl went back to 2.3.1. 2.4.0 isn't offered again until you ask for it. The log says more.",
  ],
  [
    "health check of the first release",
    failure("health_failed", "2.4.0 doesn't work.", { version: "2.4.0", phase: "health_check" }),
    install,
    "2.4.0 doesn't work. There is no earlier release to go back to, so 2.4.0 stays in place. The log says more.",
  ],
  [
    "going back that didn't end well",
    failure("health_failed", "2.3.1 was started but doesn't work.", {
      version: "2.4.0",
      back_on: "2.3.1",
      phase: "rolling_back",
      detail: "It went back because: 2.4.0 doesn't work.",
    }),
    install,
    "2.3.1 was started but doesn't work. Pawl went back to 2.3.1. 2.4.0 isn't offered again until you ask for it. The log says more.",
  ],
  [
    "what the device's own sentence tells already",
    failure("import_failed", "kitchen can't be imported. Everything is as it was before.", { phase: "activating" }),
    { ...install, result: "undone" },
    "kitchen can't be imported. Everything is as it was before. Send the report to whoever publishes it. The log says more.",
  ],
  [
    "power lost",
    failure("power_lost", "Long.", { version: "2.4.0", back_on: "2.3.1", phase: "health_check" }),
    { ...install, result: "rolled_back" },
    "The power went out while 2.4.0 was being installed. Pawl went back to 2.3.1. Nothing is lost.",
  ],
  [
    "power lost before the switch",
    failure("power_lost", "Long.", { version: "2.4.0", back_on: "2.3.1", phase: "activating" }),
    { ...install, result: "undone" },
    "The power went out while 2.4.0 was being installed. Everything is as it was before. Nothing is lost.",
  ],
])("%s", (_, failed, ended, expected) => {
  expect(said(failed, ended, "2026-11-23T04:20:00Z")).toBe(expected);
});

test.each(FAILURE_CODES)("%s has words of its own, whole sentences, and no moment in a form for programs", (code) => {
  const bare = failure(code, "The device says so after 2026-11-22T14:20:00Z.");
  const words = said(bare);
  expect(words).toMatch(/^[A-Z0-9].*\.$/);
  expect(words).not.toMatch(/undefined|null|\dT\d| {2}/);
  expect(callWords(code, bare.message, NOW)).toMatch(/^[A-Z].*\.$/);
});

test("a code that only newer devices have is told in the device's words", () => {
  const newer = { ...failure("internal", "The moon is in the way."), code: "moon" as never };
  expect(said(newer)).toBe("The moon is in the way. Nothing was changed. The log says more.");
});

test.each(["unreachable", "timeout", "not_the_server"])("a call that ends in %s has words", (code) => {
  expect(callWords(code, "", NOW)).toMatch(/^[A-Z].*\.$/);
});

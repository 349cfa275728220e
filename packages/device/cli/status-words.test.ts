import { failure, type Status } from "@pawl/protocol";
import { expect, test } from "vitest";
import { statusWords } from "./status-words.ts";
import { createStyle } from "./style.ts";
import { localTime } from "./times.ts";

const now = new Date("2026-05-01T12:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const soon = "2026-05-01T14:20:00Z";
const clock = localTime(soon).slice(-5);

const release = {
  version: "2.4.0",
  commit: null,
  title: null,
  notes: null,
  notes_url: null,
  size_bytes: 14_200_000,
  published_at: null,
  seconds_expected: null,
};

function statusOf(more: Partial<Status> = {}): Status {
  return {
    current_version: "2.3.1",
    latest_version: "2.3.1",
    has_update: false,
    channel: "stable",
    last_checked: ago(5),
    state: "idle",
    error: null,
    phase: null,
    progress: null,
    failure: null,
    last_result: null,
    direction: null,
    direction_reason: null,
    current_commit: null,
    skipped_version: null,
    refused_versions: [],
    backup_version: null,
    can_roll_back: false,
    backup_path: null,
    auto: { check: true, time: "04:20", install: false, window: null, next_run: soon },
    release: null,
    update_id: null,
    update: null,
    ...more,
  };
}

function words(more: Partial<Status>, view: { cached?: boolean; app?: string; colour?: boolean } = {}): string {
  const { colour = false, ...rest } = view;
  return statusWords({ title: "Kitchen", status: statusOf(more), now, style: createStyle(colour), ...rest });
}

const offered = { latest_version: "2.4.0", direction: "up", release } as const;
const installing = { state: "installing", ...offered } as const;
const progress = { done_bytes: null, total_bytes: null, percent: 42.7, bytes_per_second: null, seconds_left: null };
const because = (code: Parameters<typeof failure>[0], fields: Parameters<typeof failure>[2] = {}) =>
  failure(code, "That is why.", fields);

// UI.md, the chip's table.
test.each<[string, Partial<Status>, string[]]>([
  ["up to date", {}, ["Up to date", "channel stable, last checked 5 minutes ago"]],
  ["never checked", { last_checked: null, latest_version: null }, ["Not checked: pawl check"]],
  ["stale", { last_checked: ago(3 * 24 * 60) }, ["Last checked 3 days ago: pawl check"]],
  ["checking", { state: "checking" }, ["Checking…"]],
  ["available", { ...offered, has_update: true }, ["Update available: 2.4.0 (14.2 MB): pawl install"]],
  [
    "commits",
    {
      ...{ ...offered, has_update: true, current_commit: "a".repeat(40), latest_version: "2.3.1" },
      ...{ release: { ...release, version: "2.3.1", commit: "b".repeat(40), size_bytes: null } },
      direction_reason: "It is another commit of the same version.",
    },
    [
      ": 2.3.1 (aaaaaaa)",
      "Update available: 2.3.1 (bbbbbbb): pawl install",
      "It is another commit of the same version.",
    ],
  ],
  [
    "an older commit of the same version",
    {
      ...{ direction: "down", current_commit: "a".repeat(40), latest_version: "2.3.1" },
      ...{ release: { ...release, version: "2.3.1", commit: "b".repeat(40) } },
      direction_reason: "What is installed has everything that is in it, and more.",
    },
    [
      "The channel offers 2.3.1 (bbbbbbb), which is older: pawl install --force",
      "What is installed has everything that is in it, and more.",
    ],
  ],
  [
    "waiting for its window",
    { ...installing, phase: "waiting", auto: { ...statusOf().auto, window: "02:00-05:00" } },
    ["Installs 2.4.0 at 02:00: pawl install does it now"],
  ],
  ["waiting for the next run", { ...installing, phase: "waiting" }, [`Installs 2.4.0 at ${clock}`]],
  ["downloading", { ...installing, phase: "downloading", progress }, ["Updating 42 % · Download"]],
  ["restarting", { ...installing, phase: "restarting" }, ["Restarting…"]],
  ["health check", { ...installing, phase: "health_check" }, ["Checking that it works…"]],
  ["going back", { ...installing, phase: "rolling_back" }, ["Going back…"]],
  ["done", { state: "complete", last_result: "success" }, ["Updated to 2.3.1"]],
  [
    "rolled back",
    {
      ...offered,
      state: "error",
      last_result: "rolled_back",
      refused_versions: ["2.4.0"],
      failure: because("health_failed", { version: "2.4.0", back_on: "2.3.1", phase: "health_check" }),
    },
    [
      "Back on 2.3.1",
      "That is why.",
      "`pawl install 2.4.0` tries again.",
      "pawl seen",
      "2.4.0 didn't work here and isn't offered again; pawl install 2.4.0 tries it once more",
    ],
  ],
  [
    "failed",
    { ...offered, has_update: true, last_result: "failed", failure: because("disk_full", { phase: "downloading" }) },
    ["Update failed", "That is why.", "Make room on the disk", "Update available: 2.4.0"],
  ],
  [
    "offline",
    { state: "error", failure: because("offline") },
    ["Can't reach the update server", "That is why.", `Pawl tries again at ${clock}`],
  ],
  [
    "rate limited",
    { state: "error", failure: because("rate_limited", { retry_at: soon }) },
    [`Next check at ${clock}`, "That is why."],
  ],
  ["another trouble of the check", { state: "error", failure: because("bad_manifest") }, ["The last check failed"]],
  ["skipped", { ...offered, skipped_version: "2.4.0" }, ["2.4.0 is skipped; pawl skip --undo offers it again"]],
  [
    "refused",
    { ...offered, refused_versions: ["2.4.0"] },
    ["2.4.0 didn't work here and isn't offered again; pawl install 2.4.0 tries it once more"],
  ],
  [
    "older",
    { latest_version: "2.2.0", direction: "down" },
    ["The channel offers 2.2.0, which is older: pawl install 2.2.0"],
  ],
  ["a way back", { backup_version: "2.3.0" }, ["can go back to 2.3.0: pawl rollback"]],
])("status in words: %s", (_, status, lines) => {
  const text = words(status);
  for (const line of lines) expect(text).toContain(line);
});

test.each<[string, Partial<Status>]>([
  ["a check that failed", { state: "error", failure: because("offline") }],
  ["news that is three days old", { last_checked: ago(3 * 24 * 60) }],
  ["no check yet", { last_checked: null, latest_version: null }],
])("doesn't claim to be up to date after %s", (_, status) => {
  expect(words(status)).not.toContain("Up to date");
});

test("nothing is offered while something goes on", () => {
  expect(words({ ...installing, has_update: true, phase: "staging", progress })).not.toContain("available");
});

test("an answer that was there already says how old it is, and how to get another", () => {
  expect(words({}, { cached: true })).toContain("channel stable, checked 5 minutes ago; --force asks again");
});

test("commands name the app that was named", () => {
  expect(words({ ...offered, has_update: true }, { app: "attic" })).toContain("pawl install --app attic");
});

test("colours only repeat what the words say", () => {
  const failed = { last_result: "failed", failure: because("disk_full", { phase: "downloading" }) } as const;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  const bare = words(failed, { colour: true }).replace(/\u001b\[\d+m/g, "");
  expect(bare).toBe(words(failed));
  expect(words(failed, { colour: true })).toContain("\u001b[31mUpdate failed");
  const back = { last_result: "rolled_back", failure: because("health_failed", { phase: "health_check" }) } as const;
  expect(words(back, { colour: true })).toContain("\u001b[33mBack on 2.3.1");
  expect(words(back, { colour: true })).not.toContain("\u001b[31m");
});

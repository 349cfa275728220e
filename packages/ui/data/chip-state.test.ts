import { expect, test } from "vitest";
import { deviceStandIn } from "../stand-in/device/device.ts";
import type { DeviceScenario } from "../stand-in/device/scenarios.ts";
import { soonTime } from "../words/format.ts";
import { type ChipState, chipState } from "./chip-state.ts";
import { ApiFailure } from "./failure.ts";
import type { AppStatus } from "./live-app.ts";

const now = Date.now();

// UI.md, "The chip", row by row.
test.each<[string, DeviceScenario, ChipState["icon"], string, ChipState["tone"]]>([
  ["idle, up to date", "up-to-date", "check", "Up to date", "quiet"],
  ["never checked", "never-checked", "clock", "Not checked", "quiet"],
  ["stale", "stale", "clock", "Last checked 3 days ago", "warn"],
  ["checking", "checking", "spinner", "Checking…", "quiet"],
  ["available", "available", "arrow-up", "Update available", "accent"],
  ["nothing installed yet", "nothing-installed", "arrow-up", "Ready to install", "accent"],
  ["downloading", "installing", "ring", "Updating 40%", "accent"],
  ["restarting", "restarting", "ring", "Restarting…", "accent"],
  ["health check", "health-check", "ring", "Checking that it works…", "accent"],
  ["rolling back", "rolling-back", "undo", "Going back…", "warn"],
  ["done", "done", "check", "Updated to 2.4.0", "accent"],
  ["the owner went back, and what is newer is offered", "went-back", "arrow-up", "Update available", "accent"],
  ["rolled back", "rolled-back", "undo", "Back on 2.3.1", "warn"],
  ["power lost", "power-lost", "undo", "Update interrupted", "warn"],
  ["failed, and the owner must act", "disk-full", "alert", "Update failed", "danger"],
  ["failed, and it passes", "failed-download", "alert", "Update failed", "warn"],
  ["cancelled by the owner", "cancelled", "arrow-up", "Update available", "accent"],
  ["offline", "offline", "cloud-off", "Can't reach the update server", "quiet"],
  ["skipped", "skipped", "check", "2.4.0 skipped", "quiet"],
])("%s", async (_, scenario, icon, words, tone) => {
  const state = chipState(await viewOf(scenario), Date.now());
  expect(state).toMatchObject({ icon, words, tone });
});

test("what waits says when, by the device's own clock", async () => {
  const view = await viewOf("waiting");
  const opens = view.status.auto.window?.slice(0, 5);
  expect(chipState(view, now)).toMatchObject({ icon: "clock", words: `Installs at ${opens}`, tone: "accent" });
});

test("a rate limit says when it is over", async () => {
  const view = await viewOf("rate-limited");
  const at = soonTime(view.status.failure?.retry_at ?? "", now);
  expect(chipState(view, now)).toMatchObject({ icon: "clock", words: `Next check ${at}`, tone: "quiet" });
});

test("a limit that is over says when it is checked next, not when it could have been", async () => {
  const { status } = await viewOf("rate-limited");
  const over = { ...status.failure, retry_at: new Date(now - 60_000).toISOString() } as AppStatus["failure"];
  const nextRun = new Date(now + 3_600_000).toISOString();
  const auto = { ...status.auto, next_run: nextRun };
  const state = chipState(viewWith({ ...status, failure: over, auto }), now);
  expect(state.words).toBe(`Next check ${soonTime(nextRun, now)}`);
});

test("an update server that wasn't reached for days is a matter of how old the last answer is", async () => {
  const { status } = await viewOf("offline");
  const checkedDaysAgo = (days: number) => new Date(now - days * 86_400_000).toISOString();
  const after = (days: number) => chipState(viewWith({ ...status, last_checked: checkedDaysAgo(days) }), now);
  expect(after(1)).toMatchObject({ icon: "cloud-off", tone: "quiet" });
  expect(after(10)).toMatchObject({ icon: "clock", words: "Last checked 1 week ago", tone: "warn" });
});

test("an update that is there is of more interest than the one that is done", async () => {
  const { status } = await viewOf("done");
  const newer = { ...status, latest_version: "2.5.0", direction: "up" } as const;
  expect(chipState(viewWith({ ...newer, has_update: true }), now).words).toBe("Update available");
  expect(chipState(viewWith({ ...newer, skipped_version: "2.5.0" }), now).words).toBe("Now on 2.4.0");
});

test("an update that was found stays on offer when the next check fails", async () => {
  const { status } = await viewOf("available");
  const { failure } = (await viewOf("offline")).status;
  expect(chipState(viewWith({ ...status, failure }), now).words).toBe("Update available");
});

test("who has switched the daily check off isn't reminded of it", async () => {
  const { status } = await viewOf("stale");
  expect(chipState(viewWith({ ...status, auto: { ...status.auto, check: false } }), now).tone).toBe("quiet");
});

test("a device that is away is said to be so after a moment, and while it restarts it restarts", async () => {
  const idle = await viewOf("up-to-date");
  expect(chipState({ ...idle, awaySince: now - 1_000 }, now).words).toBe("Up to date");
  expect(chipState({ ...idle, awaySince: now - 5_000 }, now)).toMatchObject({ icon: "cloud-off", tone: "quiet" });
  const restarting = await viewOf("restarting");
  expect(chipState({ ...restarting, awaySince: now - 5_000 }, now).words).toBe("Restarting…");
  expect(chipState({ ...restarting, awaySince: now - 300_000 }, now)).toMatchObject({
    icon: "cloud-off",
    tone: "warn",
  });
  const downloading = await viewOf("installing");
  expect(chipState({ ...downloading, awaySince: now - 5_000 }, now).words).toBe("Reconnecting…");
});

test("before anything is heard it says so, and what is refused says how to get in", () => {
  const nothing = { status: null, awaySince: null, trouble: null };
  expect(chipState(nothing, now)).toMatchObject({ icon: "spinner", tone: "quiet" });
  expect(chipState({ ...nothing, awaySince: now }, now).icon).toBe("cloud-off");
  const refused = (code: string) => chipState({ ...nothing, trouble: new ApiFailure(code, "No.") }, now).words;
  expect(["unauthorized", "unknown_app", "forbidden"].map(refused)).toEqual([
    "Sign in",
    "No such app",
    "Not allowed to look",
  ]);
});

async function viewOf(scenario: DeviceScenario) {
  const answer = await deviceStandIn(scenario)("http://device/api/update/status");
  return viewWith((await answer.json()) as AppStatus);
}

function viewWith(status: AppStatus) {
  return { status, awaySince: null, trouble: null };
}

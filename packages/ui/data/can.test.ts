import { expect, test } from "vitest";
import { type Can, canCancel, canCheck, canChoose, canFollowAnother, canGoBack, canInstall } from "./can.ts";
import { ApiFailure } from "./failure.ts";
import type { AppStatus } from "./live-app.ts";
import { aStatus } from "./status-fixture.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

function all(status: AppStatus | null, more: { awaySince?: number; trouble?: ApiFailure } = {}): Record<string, Can> {
  const view = { status, awaySince: more.awaySince ?? null, trouble: more.trouble ?? null };
  return {
    install: canInstall(view),
    back: canGoBack(view),
    check: canCheck(view, NOW),
    follow: canFollowAnother(view),
    choose: canChoose(view),
    cancel: canCancel(view),
  };
}

const each = (can: Can) => ({ install: can, back: can, check: can, follow: can, choose: can, cancel: can });

test("while nothing happens all may be pressed but Cancel", () => {
  expect(all(aStatus())).toEqual({ ...each(true), cancel: "not_running" });
});

test.each<[string, ReturnType<typeof all>, Can]>([
  ["was not heard yet", all(null), "not_heard_yet"],
  ["is away", all(aStatus(), { awaySince: NOW }), "away"],
  ["refuses", all(aStatus(), { trouble: new ApiFailure("unauthorized", "No.") }), "refused"],
])("nothing may be pressed while the device %s", (_, can, reason) => {
  expect(can).toEqual(each(reason));
});

test.each<[AppStatus["phase"], Can]>([
  ["downloading", true],
  ["verifying", true],
  ["staging", true],
  ["backing_up", true],
  ["activating", "too_late"],
  ["restarting", "too_late"],
  ["health_check", "too_late"],
  ["rolling_back", "going_back"],
])("while an update is at %s, it may be cancelled: %s", (phase, cancel) => {
  const can = all(aStatus({ state: "installing", phase }));
  expect(can).toEqual({ ...each("running"), choose: true, cancel });
});

test("whoever goes back already isn't told to go back afterwards", () => {
  const { started_at, unattended } = { started_at: "2026-11-22T10:00:00Z", unattended: false };
  const update = { kind: "rollback", from: "2.3.1", to: "2.2.5", started_at, unattended } as const;
  expect(all(aStatus({ state: "installing", phase: "restarting", update })).cancel).toBe("going_back");
});

test("one that waits for its window lets everything through", () => {
  expect(all(aStatus({ state: "installing", phase: "waiting" }))).toEqual(each(true));
});

test("a check isn't begun twice, nor before its host allows it", () => {
  expect(all(aStatus({ state: "checking" })).check).toBe("checking");
  const limited = (retry_at: string) =>
    aStatus({
      failure: {
        ...{ code: "rate_limited", message: "Slow down.", version: null, back_on: null, phase: null, retry_at },
        ...{ needed_bytes: null, free_bytes: null, path: null, detail: null },
      },
    });
  expect(all(limited("2026-11-22T12:20:00Z")).check).toBe("limited");
  expect(all(limited("2026-11-22T11:20:00Z")).check).toBe(true);
});

test("what isn't there can be neither installed nor gone back to", () => {
  const can = all(aStatus({ release: null, can_roll_back: false }));
  expect(can).toMatchObject({ install: "nothing_to_install", back: "no_backup" });
});

import { expect, test } from "vitest";
import { systemClock } from "./clock.ts";

test("sleeps at least as long as it was asked to", async () => {
  const begun = systemClock.monotonic();
  await systemClock.sleep(50, new AbortController().signal);
  expect(systemClock.monotonic() - begun).toBeGreaterThanOrEqual(50);
});

test("does not wake at once from a sleep longer than a timer holds", async () => {
  const abort = new AbortController();
  let awake = false;
  const sleep = systemClock.sleep(2 ** 40, abort.signal).then(
    () => (awake = true),
    (error: unknown) => error,
  );
  await systemClock.sleep(30, new AbortController().signal);
  expect(awake).toBe(false);
  abort.abort(new Error("enough"));
  expect(await sleep).toEqual(new Error("enough"));
});

test("rejects with the reason of a signal that aborted before", async () => {
  await expect(systemClock.sleep(0, AbortSignal.abort(new Error("no")))).rejects.toThrow("no");
});

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { TooSlow, within } from "./times.ts";

const never = (signal: AbortSignal) => sleep(60_000, undefined, { signal });

describe("what is waited for", () => {
  test("is too slow after its time", async () => {
    await expect(within(10, undefined, never)).rejects.toBeInstanceOf(TooSlow);
  });

  test("ends when its caller does, for the caller's reason", async () => {
    const end = new AbortController();
    const why = new Error("gone");
    const waiting = within(60_000, end.signal, never);
    end.abort(why);
    await expect(waiting).rejects.toBe(why);
    await expect(within(60_000, end.signal, never)).rejects.toBe(why);
  });

  test("fails as it does by itself", async () => {
    const why = new Error("refused");
    await expect(within(60_000, undefined, () => Promise.reject(why))).rejects.toBe(why);
  });

  test("is left alone once it came in time, neither its time nor its caller ending it", async () => {
    const end = new AbortController();
    const given = await within(10, end.signal, async (signal) => signal);
    await sleep(30);
    end.abort();
    expect(given.aborted).toBe(false);
  });
});

import { expect, test } from "vitest";
import { storeHealth } from "./store-health.ts";

test("the store is asked once in a while, however often somebody probes, and its own words stay here", async () => {
  let [time, asked] = [0, 0];
  let fails = true;
  const store = {
    async readMark() {
      asked++;
      if (fails) throw new Error("s3://secret-bucket: refused");
      return null;
    },
    room: async () => null,
  };
  const { check, isNeeded } = storeHealth(store, () => time);
  const probe = () => check(AbortSignal.timeout(1_000));
  expect(await Promise.all([probe(), probe()])).toEqual(Array(2).fill("The store of images can't be read."));
  expect([asked, isNeeded]).toEqual([1, false]);
  fails = false;
  time = 10_000;
  expect(await probe()).not.toBeNull();
  time = 20_000;
  expect([await probe(), asked]).toEqual([null, 2]);
});

test.each([
  [null, null],
  [40_000_000_000, null],
  [412_345_678, "The store's disk is nearly full: 412 MB are left."],
])("of a store with room for %s bytes", async (room, trouble) => {
  const { check } = storeHealth({ readMark: async () => null, room: async () => room });
  expect(await check(AbortSignal.timeout(1_000))).toBe(trouble);
});

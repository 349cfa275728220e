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

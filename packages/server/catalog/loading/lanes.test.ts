import { expect, test } from "vitest";
import { Lanes } from "./lanes.ts";

test("a version that hangs takes half of its distribution's places, and none of another's", async () => {
  const lanes = new Lanes(4);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const hang = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const all = [1, 2, 3, 4, 5].map((i) => lanes.run("openwrt", "24.10.5", hang(`hanging ${i}`)));
  await settled();
  expect(begun).toHaveLength(2);
  expect(lanes.full("openwrt")).toEqual(["24.10.5"]);
  expect(lanes.free("openwrt")).toBe(2);
  all.push(lanes.run("openwrt", "25.12.1", hang("other")), lanes.run("openwrt", null, hang("list")));
  all.push(lanes.run("lime", "24.10.5", hang("lime")));
  await settled();
  expect(begun.slice(2).sort()).toEqual(["lime", "list", "other"]);
  expect(lanes.free("openwrt")).toBe(0);
  for (let i = 0; i < 5; i++) {
    for (const end of ends.splice(0)) end();
    await settled();
  }
  await Promise.all(all);
  expect([lanes.free("openwrt"), lanes.full("openwrt")]).toEqual([4, []]);
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

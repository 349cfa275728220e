import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { lookupIn } from "../../package-sets/lookup.ts";
import { findPackages } from "../find-packages.ts";
import { ListedPackage } from "./listed-package.ts";

test("a list is counted as what it takes in memory once it has been searched and asked for what it provides", () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  const before = process.memoryUsage().heapUsed;
  const list = Array.from({ length: 20_000 }, (_, at) => listed(at));
  expect(findPackages(list, "nothing has these words")).toEqual([]);
  expect(
    lookupIn(list)
      .providers("anything-8")
      .map(({ name }) => name),
  ).toEqual(["package-8"]);
  collect();
  const taken = process.memoryUsage().heapUsed - before;
  const counted = list.reduce((sum, one) => sum + one.bytes, 0);
  expect(taken / counted).toBeGreaterThan(0.6);
  expect(taken / counted).toBeLessThan(1.25);
});

test("what a package depends on, conflicts with and provides are lists", () => {
  expect(listed(7)).toMatchObject({
    name: "package-7",
    depends: ["libc", "library-7", "library-8"],
    conflicts: [],
    provides: ["anything-7"],
    installedSize: 2,
  });
});

/** Texts are made anew, as those are that come out of the database. */
function listed(at: number): ListedPackage {
  const text = (words: string) => Buffer.from(words).toString("latin1");
  const row = {
    feed_id: 1,
    name: text(`package-${at}`),
    version: text(`1.${at}.0-r1`),
    abi: null,
    description: text(`Package ${at}, with as many words of what it is good for as packages have`),
    depends: text(`libc\nlibrary-${at}\nlibrary-${at + 1}`),
    conflicts: null,
    provides: text(`anything-${at}`),
    size: 1,
    installed_size: 2,
  };
  return new ListedPackage(row, "packages");
}

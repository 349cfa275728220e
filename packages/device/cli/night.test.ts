import { expect, test } from "vitest";
import { anOutcome } from "../update/update-fixture.ts";
import { wasLeft } from "./night.ts";

const [ONE, OTHER] = ["1".repeat(40), "2".repeat(40)];
const back = anOutcome({ kind: "rollback", from: "1.1.0", to: "1.0.0" });

test("a release that its owner went back from doesn't come again by itself", () => {
  expect(wasLeft(back, { version: "1.1.0", commit: null })).toBe(true);
  expect(wasLeft({ ...back, from_commit: ONE }, { version: "1.1.0", commit: ONE })).toBe(true);
  expect(wasLeft(back, { version: "1.2.0", commit: null })).toBe(false);
});

test("the next commit comes, though the branch calls all of them by one version", () => {
  expect(wasLeft({ ...back, from_commit: ONE }, { version: "1.1.0", commit: OTHER })).toBe(false);
});

test("only the owner's last word counts, and only if it came to its end", () => {
  const offered = { version: "1.1.0", commit: null };
  expect(wasLeft(undefined, offered)).toBe(false);
  expect(wasLeft({ ...back, kind: "install" }, offered)).toBe(false);
  expect(wasLeft({ ...back, result: "failed" }, offered)).toBe(false);
});

import { expect, test } from "vitest";
import { instanceOf } from "./instance.ts";

test("those that share a state folder are one Pawl, however they write it, and two folders are two", () => {
  expect(instanceOf("/var/lib/pawl/")).toBe(instanceOf("/var/lib/pawl"));
  expect(instanceOf("/var/lib/pawl")).not.toBe(instanceOf("/srv/pawl"));
  expect(instanceOf("/var/lib/pawl")).not.toContain("pawl");
});

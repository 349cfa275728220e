import { expect, test } from "vitest";
import { inOrder } from "./channel-names.ts";

test.each<[string[], string[]]>([
  [[], []],
  [["stable"], ["stable"]],
  [
    ["develop", "dev", "main"],
    ["main", "dev", "develop"],
  ],
  [
    ["lab", "develop", "attic", "main"],
    ["main", "develop", "lab", "attic"],
  ],
  [
    ["b", "a", "b", "dev", "a", "dev"],
    ["dev", "b", "a"],
  ],
  [
    ["Main", "maintenance", "dev2"],
    ["Main", "maintenance", "dev2"],
  ],
])("%j are shown as %j", (names, shown) => {
  expect(inOrder(names)).toEqual(shown);
});

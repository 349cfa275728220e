import { expect, test } from "vitest";
import type { Trouble } from "../../catalog/types.ts";
import { Representation } from "../../http/representation.ts";
import { sendShown } from "./shown.ts";

const TROUBLE: Trouble = {
  code: "mirror_down",
  sentence: "Down.",
  since: new Date(0),
  retryAt: null,
  upstreamStatus: null,
};
const at = (seconds: number, trouble: Trouble | null = null) => ({ checkedAt: new Date(seconds * 1000), trouble });

test("what couldn't be refreshed says how old the oldest of it is; what could says nothing", () => {
  const representation = Representation.json([]);
  const age = (...from: ReturnType<typeof at>[]) =>
    sendShown(new Request("http://a/"), { representation, from }, new Date(100_000)).headers.get("age");
  expect(age(at(10), at(90))).toBeNull();
  expect(age(at(10), at(90, TROUBLE), at(70, TROUBLE))).toBe("30");
  expect(age(at(200, TROUBLE))).toBe("0");
});

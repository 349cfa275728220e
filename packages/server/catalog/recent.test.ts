import { expect, test } from "vitest";
import { Recent } from "./recent.ts";

function recent() {
  const clock = { now: 0 };
  return { clock, kept: new Recent<string>(() => clock.now) };
}

test("what was made is used again for a second", () => {
  const { clock, kept } = recent();
  kept.keep("a", 1, "made");
  clock.now = 1_000;
  expect(kept.get("a", 1)).toBe("made");
  clock.now = 1_001;
  expect(kept.get("a", 1)).toBeUndefined();
});

test("what was made before the catalog changed isn't used", () => {
  const { kept } = recent();
  kept.keep("a", 1, "made");
  expect(kept.get("a", 2)).toBeUndefined();
  kept.keep("a", 2, "made anew");
  expect(kept.get("a", 2)).toBe("made anew");
});

test("a thousand different things in a second are kept, and no more", () => {
  const { kept } = recent();
  for (let at = 0; at < 1_000; at++) kept.keep(`${at}`, 1, "made");
  expect(kept.get("0", 1)).toBe("made");
  kept.keep("one more", 1, "made");
  expect(kept.get("0", 1)).toBeUndefined();
  expect(kept.get("one more", 1)).toBe("made");
});

import { expect, test } from "vitest";
import { createStyle } from "./style.ts";
import { forTerminal, OWN_ESCAPE } from "./terminal-text.ts";

test.each([
  ["colours", "a \u001b[31mred\u001b[0m b", "a red b"],
  ["what clears the screen", "\u001b[2J\u001b[Hgone", "gone"],
  ["what sets the window's title", "\u001b]0;title\u0007words", "]0;titlewords"],
  ["what goes back over a line", "✗ failed\r✓ done\b\b", "✗ failed✓ done"],
  ["a line's end as other systems write it", "one\r\ntwo\tand a tab\n", "one\ntwo\tand a tab\n"],
  ["C1", "\u009b2Jand\u007f", "\\u009b2Jand\\u007f"],
  ["a sequence in a sequence", "\u001b[3\u001b[31m1mred", "[31mred"],
])("%s of others doesn't reach the terminal", (_, text, seen) => {
  expect(forTerminal(text)).toBe(seen);
});

test("Pawl's own colours do, also around what others wrote", () => {
  const { danger, strong } = createStyle(true, OWN_ESCAPE);
  expect(forTerminal(`${strong("Kitchen")}: ${danger("no \u001b[8mway")}`)).toBe(
    "\u001b[1mKitchen\u001b[22m: \u001b[31mno way\u001b[39m",
  );
});

test("an answer for programs says the same as before", () => {
  const answer = { line: "\u001b[31m \u009b1m \u007f é\n" };
  expect(JSON.parse(forTerminal(`${JSON.stringify(answer)}\n`))).toEqual(answer);
});

import { expect, test } from "vitest";
import { tickLines } from "./tick-lines.ts";

test.each([
  ["luci", 20, ["luci"]],
  ["took too much time, memory or disk", 16, ["took too much", "time, memory or", "disk"]],
  ["attendedsysupgrade-common", 12, ["attendedsys…"]],
  ["a b", 3, ["a b"]],
])("%s in lines of %i", (label, most, lines) => expect(tickLines(label, most)).toEqual(lines));

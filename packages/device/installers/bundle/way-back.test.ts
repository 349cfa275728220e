import type { Move } from "@pawl/protocol";
import { expect, test } from "vitest";
import { type Committing, wayBackAfter } from "./way-back.ts";

const move = (previous: string | null, next: string): Move => ({ previous, next, manifest_sha256: null, kept: false });

test.each<[string, Move, Committing, string[], string[]]>([
  ["the first release has nothing below it", move(null, "1"), about("install", [], null), [], ["1"]],
  ["the one it came from is the nearest", move("2", "3"), about("install", ["1"], "2"), ["2", "1"], ["3", "2", "1"]],
  [
    "no more are kept than is asked for",
    move("3", "4"),
    about("install", ["2", "1"], "3"),
    ["3", "2"],
    ["4", "3", "2"],
  ],
  [
    "the same again is no way back, but stays for now",
    move("2", "2~2"),
    about("install", ["1"], null),
    ["1"],
    ["2~2", "1", "2"],
  ],
  ["one that is installed again isn't below itself", move("2", "1"), about("install", ["1"], "2"), ["2"], ["1", "2"]],
  [
    "what is gone back to is above only what was below it",
    move("3", "2"),
    about("rollback", ["2", "1"], "3"),
    ["1"],
    ["2", "1", "3"],
  ],
  [
    "what was never on the way back takes nothing from it",
    move("3", "0"),
    about("rollback", ["2", "1"], "3"),
    ["2", "1"],
    ["0", "2", "1", "3"],
  ],
])("%s", (_, made, committing, earlier, keep) => {
  expect(wayBackAfter(made, committing)).toEqual({ earlier, keep: new Set(keep) });
});

function about(kind: Committing["kind"], earlier: string[], from: string | null): Committing {
  return { kind, earlier, from, backups: 2 };
}

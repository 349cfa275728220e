import { expect, test } from "vitest";
import { knowsBreak } from "./environment.ts";
import { type KeptWheel, planChange, type TreeWheels } from "./plan-change.ts";
import { newComplaints } from "./switch-environment.ts";

const wheel = (what: string): KeptWheel => {
  const [name = "", version = ""] = what.split(" ");
  return { name, version, path: `/${what}.whl`, sha256: "0".repeat(64) as KeptWheel["sha256"], directUrl: null };
};

/** What a tree was staged with, and what was taken when it was left: `["2", ["spout 1"], ["lid"]]`. */
function tree(staged: string[] | null, left?: [to: string, wheels: string[], added: string[]]): TreeWheels {
  return {
    staged: staged?.map(wheel) ?? null,
    left: left ? { to: left[0], wheels: left[1].map(wheel), added: left[2] } : null,
  };
}

function planned(target: string, here: string[], trees: Record<string, TreeWheels>) {
  const change = planChange(target, new Set(here), new Map(Object.entries(trees)));
  return change && [change.install.map(({ name, version }) => `${name} ${version}`), change.remove];
}

const ONE = tree(["kettle 1", "spout 1"], ["2", ["kettle 1", "spout 1"], ["lid"]]);
const TWO = tree(["kettle 2", "spout 2", "lid 2"], ["3", ["kettle 2", "lid 2"], ["cosy"]]);
const THREE = tree(["kettle 3", "lid 3", "cosy 3"]);

test.each([
  ["a new release: what it was staged with", "3", ["2"], [["kettle 3", "lid 3", "cosy 3"], []]],
  ["the one before: as it was when it was left", "2", ["3"], [["kettle 2", "lid 2"], ["cosy"]]],
  [
    "the one before that: by both ways",
    "1",
    ["3"],
    [
      ["kettle 1", "spout 1"],
      ["cosy", "lid"],
    ],
  ],
  ["what is gone", "0", ["3"], null],
])("%s", (_what, target, here, expected) => {
  expect(planned(target, here, { 1: ONE, 2: TWO, 3: THREE })).toEqual(expected);
});

test("the way ends where the environment is, though that was left at another time", () => {
  const left = tree(["kettle 2"], ["1", ["kettle 2", "spout 2", "lid 2"], []]);
  expect(planned("2", ["1"], { 1: ONE, 2: left })).toEqual([["kettle 2", "spout 2", "lid 2"], []]);
});

test("a way that leads over what isn't there any more is none, and one that goes round ends", () => {
  expect(planned("1", ["3"], { 1: ONE, 3: THREE })).toBeNull();
  const round = { 1: tree(null, ["2", ["kettle 1"], []]), 2: tree(null, ["1", ["kettle 2", "lid 2"], []]) };
  expect(planned("1", ["3"], round)).toEqual([["kettle 1", "lid 2"], []]);
});

test.each([
  ["23.0.1", true],
  ["23.1", true],
  ["26.0", true],
  ["23.0", false],
  ["20.3.4", false],
  [null, false],
])("pip %s and --break-system-packages: %s", (pip, known) => {
  expect(knowsBreak(pip)).toBe(known);
});

test("only what pip complains of anew counts", () => {
  expect(newComplaints(["a requires b"], ["a requires b", "c requires d"])).toEqual(["c requires d"]);
});

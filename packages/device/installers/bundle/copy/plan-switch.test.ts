import { expect, test } from "vitest";
import type { Place } from "./place.ts";
import { planSwitch } from "./plan-switch.ts";

type Marks = Record<string, string>;

const placesOf = (marks: Marks): Map<string, Place> =>
  new Map(Object.keys(marks).map((path) => [path, { root: "/r", inside: path }]));

const contentsOf = (marks: Marks) =>
  new Map(Object.entries(marks).map(([path, mark]) => [path, { mark, mode: 0o644 }]));

/** What is done, in order: `+ path` put, `- path` removed, `?` only when nobody has written there since. */
function planned(older: Marks, newer: Marks, standing: Marks, beside: Marks = {}): string[] {
  const ops = planSwitch({
    previous: { places: placesOf(older), shipped: (path) => older[path] ?? null },
    next: {
      places: placesOf(newer),
      contents: contentsOf(newer),
      beside: contentsOf(beside),
    },
    standing: new Map(
      Object.entries(standing).map(([path, mark]) => [`/r/${path}`, { mark, mode: 0o644, back: path }]),
    ),
    isKept: (path) => path.startsWith("data/"),
    isConfig: (path) => path.startsWith("etc/"),
  });
  return ops.map(({ from, inside, isCareful }) => `${from === null ? "-" : "+"} ${inside}${isCareful ? " ?" : ""}`);
}

test.each<[string, Marks, Marks, Marks, string[]]>([
  ["a first release is put", {}, { a: "1" }, {}, ["+ a"]],
  ["what stands there already is left alone", { a: "1" }, { a: "1" }, { a: "1" }, []],
  ["what differs is replaced, whoever wrote it", { a: "1" }, { a: "2" }, { a: "hack" }, ["+ a"]],
  ["what was dropped goes, last", { a: "1", b: "1" }, { b: "2" }, { a: "1", b: "1" }, ["+ b", "- a"]],
  ["what was dropped and is gone is no work", { a: "1" }, {}, {}, []],
  ["a file gives way to a folder first", { a: "1" }, { "a/b": "2" }, { a: "1" }, ["- a", "+ a/b"]],
  ["a folder gives way to a file first", { "a/b": "1" }, { a: "2" }, { "a/b": "1" }, ["- a/b", "+ a"]],
  ["unedited config is replaced", { "etc/c": "1" }, { "etc/c": "2" }, { "etc/c": "1" }, ["+ etc/c ?"]],
  [
    "edited config gets the new one beside",
    { "etc/c": "1" },
    { "etc/c": "2" },
    { "etc/c": "x" },
    ["+ etc/c.pawl-new ?"],
  ],
  ["config edited to what is new is left alone", { "etc/c": "1" }, { "etc/c": "2" }, { "etc/c": "2" }, []],
  ["config that is gone is put", { "etc/c": "1" }, { "etc/c": "2" }, {}, ["+ etc/c ?"]],
  ["config nobody knows is the owner's", {}, { "etc/c": "2" }, { "etc/c": "x" }, ["+ etc/c.pawl-new ?"]],
  ["unedited config that was dropped goes", { "etc/c": "1" }, {}, { "etc/c": "1" }, ["- etc/c ?"]],
  ["edited config that was dropped stays", { "etc/c": "1" }, {}, { "etc/c": "x" }, []],
  [
    "the older one beside is replaced",
    { "etc/c": "1" },
    { "etc/c": "2" },
    { "etc/c": "x", "etc/c.pawl-new": "1" },
    ["+ etc/c.pawl-new ?"],
  ],
  ["somebody's own words beside stay", { "etc/c": "1" }, { "etc/c": "2" }, { "etc/c": "x", "etc/c.pawl-new": "y" }, []],
  [
    "the older one beside goes with its release",
    { "etc/c": "1" },
    {},
    { "etc/c": "x", "etc/c.pawl-new": "1" },
    ["- etc/c.pawl-new ?"],
  ],
  ["a kept file is laid where nothing is", {}, { "data/d": "1" }, {}, ["+ data/d ?"]],
  ["a kept file is never replaced", { "data/d": "1" }, { "data/d": "2" }, { "data/d": "1" }, []],
  ["a kept file is never removed", { "data/d": "1" }, {}, { "data/d": "1" }, []],
])("%s", (_rule, older, newer, standing, ops) => {
  expect(planned(older, newer, standing)).toEqual(ops);
});

test.each<[string, Marks, string[]]>([
  ["with the owner's file it had then", { "etc/c": "mine" }, ["+ etc/c.pawl-new ?"]],
  ["with the owner's file as it is by now", { "etc/c": "mine by now" }, ["+ etc/c.pawl-new ?"]],
  ["over a file nobody has edited", { "etc/c": "1" }, ["+ etc/c ?", "+ etc/c.pawl-new ?"]],
  ["and it is there already", { "etc/c": "mine", "etc/c.pawl-new": "2" }, []],
])("a release that was in place before comes back with what lay beside its config, %s", (_how, standing, ops) => {
  expect(planned({ "etc/c": "1" }, { "etc/c": "mine" }, standing, { "etc/c": "2" })).toEqual(ops);
});

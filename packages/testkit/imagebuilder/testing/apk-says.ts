import type { Said } from "./said.ts";

/** What goes wrong, and what apk says to it. */
export const APK_SAYS: Record<string, Said> = {
  "of an unknown package": {
    feed: [{ name: "a" }],
    asked: ["a", "x"],
    code: 1,
    stdout: "",
    stderr: "ERROR: unable to select packages:\n  x (no such package):\n    required by: world[x]\n",
    installed: [],
  },
  "of a dependency that isn't there": {
    feed: [{ name: "x", depends: ["lib"] }],
    asked: ["x"],
    code: 1,
    stderr: "ERROR: unable to select packages:\n  lib (no such package):\n    required by: x-1.0-r1[lib]\n",
    installed: [],
  },
  "of a version that isn't there": {
    feed: [{ name: "x", depends: ["y (>= 2.0)"] }, { name: "y" }],
    asked: ["x"],
    code: 1,
    stderr: "ERROR: unable to select packages:\n  y-1.0-r1:\n    breaks: x-1.0-r1[y>=2.0]\n",
    installed: [],
  },
  "of a pin that isn't there": {
    feed: [{ name: "y" }],
    asked: ["y=9.9-r1"],
    code: 1,
    stderr: "ERROR: unable to select packages:\n  y-1.0-r1:\n    breaks: world[y=9.9-r1]\n",
    installed: [],
  },
  "of a conflict": {
    feed: [{ name: "a", conflicts: ["b"] }, { name: "b" }],
    asked: ["a", "b"],
    code: 1,
    stderr: "ERROR: unable to select packages:\n  b-1.0-r1:\n    breaks: a-1.0-r1[!b]\n    satisfies: world[b]\n",
    installed: [],
  },
  "of a conflict, in the other order just as well": {
    feed: [{ name: "a", conflicts: ["b"] }, { name: "b" }],
    asked: ["b", "a"],
    code: 1,
    stderr: "ERROR: unable to select packages:\n  b-1.0-r1:\n    breaks: a-1.0-r1[!b]\n    satisfies: world[b]\n",
    installed: [],
  },
  "of a name that two provide, neither of which was asked for": {
    feed: [
      { name: "p", provides: ["virt"] },
      { name: "q", provides: ["virt"] },
    ],
    asked: ["virt"],
    code: 1,
    stderr:
      "ERROR: unable to select packages:\n  virt (virtual):\n    provided by: p q\n    required by: world[virt]\n",
    installed: [],
  },
  "nothing of a name that two provide, one of which was asked for": {
    feed: [
      { name: "p", provides: ["virt"] },
      { name: "q", provides: ["virt"] },
      { name: "app", depends: ["virt"] },
    ],
    asked: ["app", "q"],
    code: 0,
    installed: ["app", "q"],
  },
  "of two that provide the same name in a version": {
    feed: [
      { name: "p", provides: ["virt=1"] },
      { name: "q", provides: ["virt=2"] },
    ],
    asked: ["p", "q"],
    code: 2,
    stderr:
      "ERROR: unable to select packages:\n  p-1.0-r1:\n    conflicts: q-1.0-r1[virt=1]\n    satisfies: world[p]\n  q-1.0-r1:\n    conflicts: p-1.0-r1[virt=2]\n    satisfies: world[q]\n",
    installed: [],
  },
  "of a file that two packages have": {
    feed: [
      { name: "a", files: { "etc/c": "a" } },
      { name: "b", files: { "etc/c": "b" } },
    ],
    asked: ["a", "b"],
    code: 1,
    stdout: "1 error; ",
    stderr: "ERROR: b-1.0-r1: trying to overwrite etc/c owned by a-1.0-r1.\n",
    installed: ["a", "b"],
  },
  "each step": {
    feed: [
      { name: "a", depends: ["b"] },
      { name: "b", version: "2_rc1-r1" },
    ],
    asked: ["a=1.0-r1"],
    code: 0,
    stderr: "",
    stdout: "(  1/2) Installing b (2_rc1-r1)\n(  2/2) Installing a (1.0-r1)\nOK: 46 B in 2 packages\n",
    installed: ["a", "b"],
  },
  "nothing when an older version fits where the newest doesn't": {
    feed: [
      { name: "app", depends: ["lib"] },
      { name: "lib", version: "2.0-r1", depends: ["tool (>= 2)"] },
      { name: "lib", version: "1.0-r1", depends: ["tool (< 2)"] },
      { name: "tool", version: "1.5-r1" },
      { name: "tool", version: "2.5-r1", conflicts: ["old"] },
      { name: "old" },
    ],
    asked: ["app", "old"],
    code: 0,
    installed: ["app", "lib", "old", "tool"],
  },
};

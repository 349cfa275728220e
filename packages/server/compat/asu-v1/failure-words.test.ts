import { expect, test } from "vitest";
import type { BuildErrorCode, Culprit } from "../../builders/types.ts";
import type { Build } from "../../builds/types.ts";
import { withReason, wordFailure } from "./failure-words.ts";

const culprit = (kind: Culprit["kind"], name: string, detail = `${name}.`, others: string[] = []): Culprit => ({
  kind,
  name,
  with: others,
  detail,
});

function failed(code: BuildErrorCode, culprits: Culprit[] = [], sentence = "What we say."): Build {
  const inputs = { profile: "some_device" };
  return { inputs, failure: { code, sentence, culprits, isPassing: false } } as unknown as Build;
}

test.each<[BuildErrorCode, Culprit[], string]>([
  [
    "missing_package",
    [culprit("package", "b"), culprit("package", "a")],
    "Impossible package selection: missing (a, b)",
  ],
  [
    "conflicting_packages",
    [culprit("conflict", "d", "", ["c"]), culprit("conflict", "c", "", ["d"])],
    "Impossible package selection: conflicts (c, d)",
  ],
  [
    "missing_package",
    [culprit("package", "a"), culprit("package", "c"), culprit("conflict", "c", "", ["d"])],
    "Impossible package selection: missing (a) conflicts (c, d)",
  ],
  ["missing_package", [], "Impossible package selection"],
  ["broken_package", [culprit("conflict", "a", "", ["b"])], "Impossible package selection: conflicts (a, b)"],
  ["broken_package", [culprit("package", "a")], "What we say."],
  [
    "wrong_package_version",
    [culprit("version", "vim", "vim version not as requested: 9.0 vs. 9.1")],
    "Impossible package selection: vim version not as requested: 9.0 vs. 9.1",
  ],
  [
    "wrong_package_version",
    [culprit("version", "vim", "vim not in manifest")],
    "Impossible package selection: vim not in manifest",
  ],
  ["too_big", [culprit("size", "some_device")], "Selected packages exceed device storage"],
  [
    "unknown_profile",
    [],
    "Unsupported profile: some_device. The requested profile was either dropped or never existed. Please check the forums for more information.",
  ],
  ["build_failed", [], "Error while building firmware. See stdout/stderr"],
  ["limit_exceeded", [], "What we say."],
  ["mirror_failed", [], "What we say."],
])("%s with %j", (code, culprits, words) => {
  expect(wordFailure(failed(code, culprits))).toBe(`Error: ${words}`);
});

test("another version than the one asked for is told as upstream tells it", () => {
  const sentence = "Received incorrect version r2 (requested r1)";
  expect(wordFailure(failed("wrong_version", [], sentence))).toBe(`Error: ${sentence}`);
});

test("what is at fault is named behind what was printed, and nothing twice", () => {
  const culprits = [culprit("package", "a", "There is no a."), culprit("package", "b", "There is no b.")];
  const build = failed("missing_package", culprits, "There is no a.");
  expect(withReason("", build)).toBe("There is no a.\nThere is no b.\n");
  expect(withReason("Error 1", build)).toBe("Error 1\nThere is no a.\nThere is no b.\n");
  expect(withReason("There is no a.\n", build)).toBe("There is no a.\nThere is no b.\n");
});

import { expect, test } from "vitest";
import { createStyle, wantsColour } from "./style.ts";

const terminal = { isTerminal: true, env: {}, args: ["status"] };

test.each([
  ["on a terminal", terminal, true],
  ["not in a pipe", { ...terminal, isTerminal: false }, false],
  ["not with NO_COLOR", { ...terminal, env: { NO_COLOR: "1" } }, false],
  ["an empty NO_COLOR counts as none", { ...terminal, env: { NO_COLOR: "" } }, true],
  ["not on a dumb terminal", { ...terminal, env: { TERM: "dumb" } }, false],
  ["in a pipe with FORCE_COLOR", { ...terminal, isTerminal: false, env: { FORCE_COLOR: "1" } }, true],
  ["not with FORCE_COLOR=0", { ...terminal, env: { FORCE_COLOR: "0" } }, false],
  ["FORCE_COLOR wins over NO_COLOR", { ...terminal, env: { FORCE_COLOR: "1", NO_COLOR: "1" } }, true],
  ["--no-color wins over all", { ...terminal, env: { FORCE_COLOR: "1" }, args: ["status", "--no-color"] }, false],
  ["what follows -- is no option", { ...terminal, args: ["skip", "--", "--no-color"] }, true],
])("colours: %s", (_, wishes, wanted) => {
  expect(wantsColour(wishes)).toBe(wanted);
});

test("without colours text stays as it is, with them it is set apart and set back", () => {
  expect(createStyle(false).danger("Update failed")).toBe("Update failed");
  expect(createStyle(true).danger("Update failed")).toBe("\u001b[31mUpdate failed\u001b[39m");
  expect(createStyle(true).quiet("")).toBe("");
});

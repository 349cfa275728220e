import { expect, test } from "vitest";
import type { Reading } from "../doctor/index.ts";
import { doctorWords } from "./doctor-words.ts";
import { createStyle } from "./style.ts";

const well: Reading = { id: "clock", app: null, ok: "ok", title: "The clock is right", detail: "12:00", fix: null };
const late: Reading = {
  id: "timer",
  app: null,
  ok: "trouble",
  title: "The timer is off",
  detail: "since May",
  fix: "sudo systemctl enable --now pawl-check.timer",
};
const open: Reading = { id: "keys", app: "kitchen", ok: "warning", title: "No keys", detail: null, fix: "Add one" };

const view = { config: null, style: createStyle(false), isRoot: false };

test("a line for each, what to do right below what is wrong, and how many at the end", () => {
  expect(doctorWords([well, late, open], view)).toBe(`This device
  ✓ The clock is right
  ✗ The timer is off
      sudo systemctl enable --now pawl-check.timer
      since May

kitchen
  ! No keys
      Add one

1 trouble and 1 warning.
`);
});

test("all is well", () => {
  expect(doctorWords([well], view)).toBe("This device\n  ✓ The clock is right\n\nAll is well.\n");
});

test("root is told no sudo", () => {
  expect(doctorWords([late], { ...view, isRoot: true })).toContain("\n      systemctl enable --now pawl-check.timer\n");
});

test("colours say nothing that the words don't", () => {
  const coloured = doctorWords([well, late, open], { ...view, style: createStyle(true) });
  expect(coloured).toContain("\u001b[31m");
  const sgr = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
  expect(coloured.replace(sgr, "")).toBe(doctorWords([well, late, open], view));
});

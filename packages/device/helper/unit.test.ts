import { expect, test } from "vitest";
import type { RunResult } from "../system/types.ts";
import { journalIn } from "./journal.ts";
import { carryOutInUnit, withPlaceOfWords } from "./unit.ts";

const order = { action: "install", app: "kitchen-2", updateId: "0abcdefgh-123456" } as const;
const UNIT = "pawl-apply@install:kitchen-2:0abcdefgh-123456.service";
const PLACE = `journalctl -u '${UNIT}'`;
const forever = new AbortController().signal;

const ends = (result: Partial<RunResult>) => async (): Promise<RunResult> => ({
  code: 0,
  signal: null,
  stdout: "",
  stderr: "",
  timedOut: false,
  ...result,
});

test("a unit that does its work says nothing", async () => {
  await expect(carryOutInUnit(order, ends({}), forever)).resolves.toBeUndefined();
});

test("a unit that fails leaves systemctl's words, and where its own are", async () => {
  const words = `Job for ${UNIT} failed.\n`;
  await expect(carryOutInUnit(order, ends({ code: 1, stderr: words }), forever)).rejects.toMatchObject({
    code: "helper_missing",
    fields: { detail: `Job for ${UNIT} failed.\nWhat it said itself: ${PLACE}` },
  });
});

test("a unit that fails without a word leaves where its own are", async () => {
  await expect(carryOutInUnit(order, ends({ code: 1 }), forever)).rejects.toMatchObject({
    fields: { detail: `What it said itself: ${PLACE}` },
  });
});

test("the place is found again in what was said, and nothing else is taken for one", () => {
  expect(journalIn(withPlaceOfWords("Job failed.", order))).toBe(PLACE);
  expect(journalIn("journalctl -u 'x'; rm -rf /'")).toBeNull();
  expect(journalIn("")).toBeNull();
});

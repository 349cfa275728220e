import { UpdateError } from "../error.ts";
import type { Run } from "../system/types.ts";
import { journalOf } from "./journal.ts";
import { type RootsOrder, unitOf } from "./order.ts";

/** Far longer than any update takes, in milliseconds: by then something is wrong with the unit. */
const UNIT_WITHIN_MS = 24 * 3600_000;

/** With `--wait` systemctl ends when the unit has, as if it were the program itself; and when it is killed, the unit goes on. */
export function startUnit(order: RootsOrder): [string, ...string[]] {
  return ["systemctl", "start", "--wait", "--no-ask-password", unitOf(order)];
}

/** What systemctl said, which is that a unit has failed, or nothing at all, and where to read why: only the unit's own journal knows. */
export function withPlaceOfWords(words: string, order: RootsOrder): string {
  const place = `What it said itself: ${journalOf(unitOf(order))}`;
  return [words.trim(), place].filter((part) => part !== "").join("\n");
}

/** Has systemd carry out an order, and waits for the end. Throws UpdateError `helper_missing` when the unit fails, with its last words. */
export async function carryOutInUnit(order: RootsOrder, run: Run, signal: AbortSignal): Promise<void> {
  const { code, stdout, stderr } = await run(startUnit(order), { timeoutMs: UNIT_WITHIN_MS, signal });
  if (code === 0) return;
  throw new UpdateError("helper_missing", `The unit ${unitOf(order)} has failed.`, {
    detail: withPlaceOfWords(stderr.trim() || stdout, order),
  });
}

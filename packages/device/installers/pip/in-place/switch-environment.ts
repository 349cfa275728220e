import { rm } from "node:fs/promises";
import { UpdateError } from "../../../error.ts";
import { isDiskFull } from "../../bundle/step-error.ts";
import type { Report } from "../../types.ts";
import type { Journal } from "./journal.ts";
import { touchedBy } from "./plan-change.ts";
import type { SwitchParts } from "./prepare-switch.ts";
import { checkWheels, putWheels } from "./put-wheels.ts";

/**
 * Does what a journal says. May run again after it was killed anywhere: what it had begun is cleared first. Throws
 * UpdateError `pip_failed`, `import_failed`; the environment is to be put back then.
 */
export async function carryOut(
  journal: Journal,
  parts: SwitchParts,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  if (journal.state === "done") return;
  const { journals, environment, run } = parts;
  const { change, live, modules } = journal;
  // Without them there would be no way back.
  await checkWheels(journal.back, signal);
  const isFresh = journal.state === "ready";
  await journals.save({ ...journal, state: "changing" });
  if (isFresh) await environment.clear({ names: touchedBy(change), wheels: [], keep: live, remains: true }, signal);
  else await clearAll(journal, parts, signal);
  if (change.remove.length > 0) {
    for (const name of change.remove) report.line(`Removing ${name}, which wasn't there before`);
    await environment.clear({ names: change.remove, wheels: [], keep: [], remains: false }, signal);
  }
  await putWheels(change.install, environment, run, report, signal);
  const complaints = newComplaints(journal.complaints, await parts.complaints(signal));
  if (complaints.length > 0) {
    const detail = complaints.join("\n");
    throw new UpdateError("pip_failed", `What is installed doesn't fit together now: ${complaints[0]}`, { detail });
  }
  if (modules.length > 0) await parts.tryImports(modules, signal);
  await journals.save({ ...journal, state: "done" });
}

/**
 * Takes back what a journal says, without any network. May run again after it was killed anywhere. Throws UpdateError
 * `no_backup` when what was replaced is damaged, before anything more is changed.
 */
export async function putBack(
  journal: Journal,
  parts: SwitchParts,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { environment, run } = parts;
  await checkWheels(journal.back, signal).catch((error) => {
    if (!(error instanceof UpdateError) || error.code !== "hash_mismatch") throw error;
    throw new UpdateError("no_backup", error.message, { ...error.fields, cause: error });
  });
  await clearAll(journal, parts, signal);
  try {
    await putWheels(journal.back, environment, run, report, signal);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    // A working device comes first.
    report.line(`The disk is full: removing the wheels of ${journal.next} that were kept`, "warn");
    for (const { path } of journal.change.install) await rm(path, { force: true });
    await clearAll(journal, parts, signal);
    await putWheels(journal.back, environment, run, report, signal);
  }
}

/** Leaves nothing of what a switch is about, neither the new nor the old, in whichever state it was killed. */
async function clearAll({ change, back }: Journal, { environment }: SwitchParts, signal: AbortSignal): Promise<void> {
  const wheels = [...change.install, ...back].map(({ path }) => path);
  await environment.clear({ names: touchedBy(change), wheels, keep: [], remains: false }, signal);
}

/** What `pip check` says now and didn't before: what others have left broken is none of an update's business. Pure. */
export function newComplaints(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before);
  return after.filter((line) => !known.has(line));
}

import type { Failure } from "@pawl/protocol";
import { asUpdateError } from "../error.ts";
import type { ApplyParts } from "./apply-executors.ts";
import { askable, unhealthy, worded } from "./apply-words.ts";
import { TRY_AGAIN_MS } from "./insist.ts";
import type { ApplyStep } from "./plan.ts";
import type { Reporter } from "./reporter.ts";

type GoingBack = Omit<Extract<ApplyStep, { action: "roll-back" }>, "action">;

/**
 * Undoes a switch, and has what was there before run again. Gives why that doesn't work now, or null. Throws what stands in
 * the way of the earlier release, once it has been tried again and again; may run any number of times.
 */
export async function goBack(parts: ApplyParts, going: GoingBack, signal: AbortSignal): Promise<Failure | null> {
  const { update, move, result } = going;
  const reporter = parts.reporter(update);
  reporter.line(`Going back to ${update.from ?? "what was there before"}`, "warn");
  const wasInPlace = await switchBack(parts, going, reporter, signal);
  const mayRunTheNew = result === "rolled_back" || wasInPlace || update.resumed;
  const { previous } = move;
  return previous !== null && mayRunTheNew ? runAgain(parts, going, previous, signal) : null;
}

/** Starts what can be started: of a device whose services fail, the others. */
export async function startWhatCanBe(
  services: ApplyParts["services"],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  await services.start(signal, (line) => reporter.line(line)).catch(() => signal.throwIfAborted());
}

/** What stands in its way may pass. True when the new release may have been in place. */
async function switchBack(
  { installer, clock }: ApplyParts,
  { update, move }: GoingBack,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    try {
      // A try that failed may have got as far as putting the earlier release in place.
      return (await installer.switchBack(move, reporter)) || tries > 0;
    } catch (error) {
      const trouble = asUpdateError(error);
      if (trouble.code === "no_backup") throw trouble;
      const pause = TRY_AGAIN_MS[tries];
      const next = pause === undefined ? "It goes on when Pawl is started again" : `Trying again in ${pause / 1000} s`;
      const what = `The device could not go back to ${update.from ?? "what it had"}`;
      reporter.line(`${what}: ${worded(trouble)} ${next}.`, "error");
      if (pause === undefined) throw trouble;
      await clock.sleep(pause, signal);
    }
  }
}

/** The earlier release's services, and whether they work: looked at once, and whatever comes of it, it stays in place. */
async function runAgain(
  parts: ApplyParts,
  { update, move }: GoingBack,
  tree: string,
  signal: AbortSignal,
): Promise<Failure | null> {
  const { installer, services } = parts;
  const left = move.next;
  const reporter = parts.reporter(update);
  const onLine = (line: string) => reporter.line(line);
  try {
    // The power may have failed after the new release was committed and before that was on record.
    if (update.from !== null) await parts.versionFile.write(update.from);
  } catch (error) {
    reporter.line(asUpdateError(error).message, "warn");
  }
  try {
    await refreshUnits(parts, [left, tree], signal, onLine).catch((error) => {
      signal.throwIfAborted();
      reporter.line(worded(asUpdateError(error)), "warn");
    });
    await services.restart(signal, onLine).catch(async (error) => {
      signal.throwIfAborted();
      reporter.line(asUpdateError(error).message, "error");
      await startWhatCanBe(services, reporter, signal);
    });
    await installer.settle({ previous: left, next: tree }, reporter);
    const reading = await parts.checkHealth(askable(update.from), signal, onLine);
    return reading.ok ? null : unhealthy(update.from, reading.reason);
  } catch (error) {
    signal.throwIfAborted();
    return asUpdateError(error).toFailure();
  }
}

async function refreshUnits(
  { installer, postInstall }: ApplyParts,
  trees: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const manifests = await Promise.all(trees.map((tree) => installer.manifest(tree)));
  const there = manifests.flatMap((manifest) => manifest ?? []);
  await postInstall.refresh(there, signal, onLine);
}

import type { Config } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { PLACES } from "../helper/places.ts";
import { configOf, factsOf, hasSystemd } from "./facts.ts";
import { statsAt } from "./ground.ts";
import { nextAfterRemoval, nextSteps, nextStepsOfHelper, nextWithSample } from "./next-steps.ts";
import { nodeOf } from "./node.ts";
import { outsidersPlace } from "./outsiders.ts";
import { plan, planOfHelper, planOfSample } from "./plan.ts";
import { runningProgram } from "./program.ts";
import { assertOnlyHelper, decide, stateDirOf, thingsToRemove } from "./removal.ts";
import { assertNothingRuns } from "./running.ts";
import { untilOnDisk } from "./sync.ts";
import type { Ground, Thing } from "./types.ts";

export interface SetUpOptions {
  /** Only says what would be done. */
  dryRun: boolean;
  /** Of all that only what reaches root's side. */
  helperOnly?: boolean;
  signal: AbortSignal;
  /** Called with each thing that is done, or would be. */
  onStep(step: Step): void;
}

export interface Step {
  words: string;
  /** What is written to a file, where it is text. */
  text: string | null;
}

export interface Report {
  /** How many things were done, or would be. */
  steps: number;
  /** How the device is now, a sentence. */
  summary: string;
  /** What is left for the owner to do, each a line. */
  next: string[];
}

/**
 * Makes this device one that keeps itself up to date, or brings it in line again: only what isn't there yet is made, and a call that is
 * interrupted is made good by the next. Throws UpdateError with what to do; `config_invalid` before anything is changed.
 */
export async function setUp(ground: Ground, options: SetUpOptions): Promise<Report> {
  assertRoot(ground, options.dryRun);
  const config = await configOf(ground);
  const program = await runningProgram(ground);
  await nodeOf(ground, options.signal);
  if (config === null) return setUpSample(ground, program, options);
  const facts = await factsOf(ground);
  await assertRootsPlace(ground, config);
  const things = (options.helperOnly ? planOfHelper : plan)(ground, facts, config, program);
  const undone = await undoneOf(things, ground);
  if (undone.length > 0) await assertNothingRuns(ground, config.state_dir);
  const steps = await carryOut(ground, undone, "make", options);
  const done = options.helperOnly ? "Root's side is set up." : "This device is set up.";
  const summary = summaryOf(steps, options, done, "Nothing to do: all is as it should be.");
  const next = options.helperOnly
    ? await nextStepsOfHelper(ground, facts, config, steps)
    : await nextSteps(ground, facts, config, steps);
  return { steps, summary, next };
}

async function setUpSample(ground: Ground, program: Uint8Array, options: SetUpOptions): Promise<Report> {
  const steps = await carryOut(ground, await undoneOf(planOfSample(ground, program), ground), "make", options);
  const summary = summaryOf(
    steps,
    options,
    "There is a sample to be edited now.",
    `${PLACES.config} is still the sample.`,
  );
  return { steps, summary, next: nextWithSample(options.helperOnly ? "setup helper" : "setup") };
}

/**
 * Takes back all that, but nothing that is the owner's. Throws UpdateError `busy` while an update runs, `bad_request` when
 * only the helper is to go and there is more that needs it.
 */
export async function removeAll(ground: Ground, options: SetUpOptions): Promise<Report> {
  assertRoot(ground, options.dryRun);
  if (options.helperOnly) await assertOnlyHelper(ground);
  // One that is broken must not keep anybody from getting rid of Pawl.
  const config = await configOf(ground).catch(() => null);
  await assertNothingRuns(ground, await stateDirOf(ground, config));
  const things = await thingsToRemove(ground, config, await hasSystemd(ground));
  const { going, staying } = await decide(things);
  const steps = await carryOut(ground, going, "remove", options);
  const summary = summaryOf(
    steps,
    options,
    "Pawl is gone from this device.",
    "Nothing to do: there is nothing of Pawl's to remove.",
  );
  return { steps, summary, next: nextAfterRemoval(staying) };
}

function summaryOf(steps: number, { dryRun }: SetUpOptions, done: string, already: string): string {
  if (steps === 0) return already;
  return dryRun ? "Nothing was changed." : done;
}

async function carryOut(
  ground: Ground,
  things: readonly Thing[],
  verb: "make" | "remove",
  options: SetUpOptions,
): Promise<number> {
  const { dryRun, signal, onStep } = options;
  for (const thing of things) {
    signal.throwIfAborted();
    if (!dryRun) await thing[verb](signal);
    const isWritten = verb === "make";
    onStep({ words: isWritten ? thing.does : thing.undoes, text: (isWritten && thing.text) || null });
  }
  if (things.length > 0 && !dryRun) await untilOnDisk(ground, signal);
  return things.length;
}

/** All is looked at before any of it is made. What only root may look at counts as undone for everybody else. */
async function undoneOf(things: readonly Thing[], { uid }: Ground): Promise<Thing[]> {
  const undone: Thing[] = [];
  const changed = new Set<string>();
  for (const thing of things) {
    const isDone = await thing.isDone(changed).catch((error) => {
      if (uid !== 0 && isNotAllowed(error)) return false;
      throw error;
    });
    if (isDone) continue;
    undone.push(thing);
    if (thing.path) changed.add(thing.path);
  }
  return undone;
}

function isNotAllowed(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}

function assertRoot({ uid }: Ground, dryRun: boolean): void {
  if (uid === 0 || dryRun) return;
  throw new UpdateError(
    "forbidden",
    "Only root may do that: put sudo in front. With --dry-run everybody can see what it would do.",
  );
}

/** Whoever can change a folder above could put another in the place of root's. */
async function assertRootsPlace(ground: Ground, { state_dir, hooks_dir }: Config): Promise<void> {
  for (const path of [state_dir, hooks_dir]) {
    const isLink = (await statsAt(ground, path))?.isSymbolicLink() === true;
    const above = path.slice(0, path.lastIndexOf("/")) || "/";
    // Of a link also what it leads to: what lies there root believes (store/apply-folder.ts).
    const place = await outsidersPlace(ground, isLink ? path : above);
    if (place === null) continue;
    throw new UpdateError(
      "config_invalid",
      `Others than root can change ${place}, so ${path} would not be safe there. Choose another place in pawl.yaml, or run: chown root ${place} && chmod go-w ${place}`,
      { path: place },
    );
  }
}

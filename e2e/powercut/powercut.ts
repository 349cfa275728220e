import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bundle } from "./bundle.ts";
import { share, Worker } from "./crew.ts";
import type { LabPaths } from "./lab.ts";
import { catchMutant, isTelling, MUTANTS } from "./mutants.ts";
import type { Options } from "./options.ts";
import { allBases, baseTitle, type PlannedBase, pointsFor, type Traced } from "./plan.ts";
import { general, nameOf, type Point, sampleOf, spread } from "./point.ts";
import { packReleases } from "./prepare.ts";

/** Two processors are what the smallest machine has that this runs on. */
const WORKERS = 2;

export interface Result {
  points: number;
  violations: number;
}

/** Tries the points that are asked for. Says what was wrong, line by line, and at the end how much of it there was. */
export async function runPowercut(options: Options, say: (line: string) => void, signal: AbortSignal): Promise<Result> {
  const memory = "/dev/shm";
  const dir = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "pawl-powercut-"));
  const workers: Worker[] = [];
  try {
    const paths = await furnish(dir);
    for (let n = 1; n <= WORKERS; n++) workers.push(new Worker(paths.worker, paths, `worker-${n}`));
    const result = await campaign(options, workers, paths, say, signal);
    say(`powercut: ${result.points} points, ${result.violations} violations`);
    return result;
  } finally {
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    rmSync(dir, { recursive: true, force: true });
  }
}

async function furnish(dir: string): Promise<LabPaths & { worker: string }> {
  const releases = join(dir, "releases");
  const root = join(dir, "device");
  mkdirSync(root);
  await packReleases(releases, join(dir, "contents"));
  return { dir, root, releases, ...(await bundle(dir)) };
}

async function campaign(
  options: Options,
  workers: readonly Worker[],
  paths: LabPaths,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Result> {
  const began = performance.now();
  const planned = planBases(options);
  const traced = await traceAll(planned, workers, signal);
  const jobs = planJobs(options, traced, paths);
  say(`${jobs.length} points on ${traced.length} disks, ${seconds(began)} to find them`);

  const masked = traced.flatMap(({ calls }) => calls.filter(({ isMasked, isIdle }) => isMasked && !isIdle));
  const whose = [...new Set(masked.map(({ name, path }) => `${name} ${general(relative(paths.root, path))}`))];
  if (masked.length > 0) say(`${masked.length} calls can't be told from another thread's: ${whose.join(", ")}`);

  let violations = 0;
  let done = 0;
  const violated = (where: string, what: string) => {
    violations++;
    say(`VIOLATION ${where}: ${what}`);
  };
  await share(workers, spread(jobs), async (worker, { base, point, name }) => {
    signal.throwIfAborted();
    const first = await worker.try(base, point, null);
    // A run isn't the same twice to the last call.
    const trial = first.missed ? await worker.try(base, point, null) : first;
    const where = `--scenario ${baseTitle(base)} --point "${name}"`;
    if (trial.missed) violated(where, "the run did not come by there again: this proves nothing");
    for (const { disk, what } of trial.wrong) violated(`${where} on ${disk}`, what);
    if (++done % 100 === 0) say(`${done} of ${jobs.length} points, ${violations} violations, ${seconds(began)}`);
  });

  if (options.point === null) {
    const telling = traced.filter(isTelling);
    const trials = MUTANTS.flatMap((mutant) => telling.map((one) => ({ mutant, one })));
    await share(workers, trials, async (worker, { mutant, one }) => {
      signal.throwIfAborted();
      const caught = await catchMutant(worker, one, mutant);
      if (caught) say(`The mutant that ${mutant.name} is caught: ${short(caught)}`);
      else violated(baseTitle(one.base), `the mutant that ${mutant.name} went unnoticed`);
    });
  }
  say(`${seconds(began)} in all`);
  return { points: jobs.length, violations };
}

/** Which disks are prepared. A sample has all scenarios, and a recovery or two. */
function planBases({ sample, scenario }: Options): PlannedBase[] {
  const asked = allBases().filter((base) => baseTitle(base).startsWith(scenario));
  if (asked.length === 0) throw new Error(`There is no scenario ${scenario}.`);
  if (sample === null) return asked;
  const fresh = asked.filter(({ cutIn }) => cutIn === null);
  const recoveries = asked.filter(({ cutIn }) => cutIn !== null);
  return [...fresh, ...sampleOf(recoveries, Math.ceil(sample / 20))];
}

async function traceAll(planned: readonly PlannedBase[], workers: readonly Worker[], signal: AbortSignal) {
  const traced = new Map<PlannedBase, Traced>();
  await share(workers, planned, async (worker, one) => {
    signal.throwIfAborted();
    const base = await worker.prepare(one.scenario, one.cutIn);
    if (base === null) throw new Error(`${baseTitle(one)} was never reached: there is nothing to recover from.`);
    traced.set(one, { base, ...(await worker.trace(base)) });
  });
  return planned.flatMap((one) => traced.get(one) ?? []);
}

interface Job {
  base: Traced["base"];
  point: Point;
  name: string;
}

function planJobs({ sample, point: asked, looks }: Options, traced: readonly Traced[], { root }: LabPaths): Job[] {
  const jobs = traced.map((one) =>
    pointsFor(one, traced, looks || asked !== null).map((point) => ({
      base: one.base,
      point,
      name: nameOf(point, root),
    })),
  );
  if (asked !== null) {
    const found = jobs.flat().filter(({ name }) => name === asked);
    if (found.length === 0) throw new Error(`There is no point "${asked}" there.`);
    return found;
  }
  if (sample === null) return jobs.flat();
  const share = sample / jobs.flat().length;
  return jobs.flatMap((all) => sampleOf(all, Math.max(1, Math.ceil(all.length * share))));
}

function seconds(since: number): string {
  return `${Math.round((performance.now() - since) / 1000)} s`;
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

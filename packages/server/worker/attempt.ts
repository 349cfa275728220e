import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { BuildError, type Builder, type BuildLimits, type BuildRecipe } from "../builders/types.ts";
import { countDone, countFailed } from "../builds/counting.ts";
import { countLines } from "../builds/log-lines.ts";
import type { BuildQueue } from "../builds/queue/queue.ts";
import type { BuildRow } from "../builds/records.ts";
import { nextTry, waitsForNextTry } from "../builds/retries.ts";
import { fail, finish, sendBack } from "../builds/transitions.ts";
import type { BuildResult, Failure } from "../builds/types.ts";
import type { Database } from "../db/connect.ts";
import { isPassing } from "../db/trouble.ts";
import type { Stats } from "../stats/types.ts";
import type { Store } from "../storage/types.ts";
import { AttemptRecord } from "./attempt-record.ts";
import { throughBlips } from "./database-blips.ts";
import { Deadline, stopsInTime } from "./deadline.ts";
import { failureOf } from "./failures.ts";
import { HEARTBEAT_TIMES } from "./heartbeat.ts";
import { filesOf, resultOf } from "./publishing.ts";
import type { Sandboxes } from "./sandbox/types.ts";
import type { Scratch } from "./scratch.ts";
import { whyStopped } from "./stops.ts";

export interface AttemptParts {
  database: Database;
  queue: BuildQueue;
  builders: readonly Builder[];
  store: Store;
  sandboxes: Sandboxes;
  scratch: Scratch;
  stats: Pick<Stats, "count" | "buildFailed">;
  clock: () => Date;
  log: Logger;
  /** Where this machine fetches a distribution's files from, with a user name if it needs one; null: as the recipe says. */
  upstreamUrl(distribution: string): string | null;
  /** Where one is smaller than the recipe's, it counts. */
  limits: Partial<BuildLimits>;
  /** How long a failure is an answer, in milliseconds. */
  failureTtl: number;
}

export interface Turn {
  stop: AbortController;
  /** Ends it now if it may be somebody else's by now. */
  check(): void;
}

/** One attempt at one build, from its folder to its end in the database. Never fails. */
export async function runAttempt(parts: AttemptParts, row: BuildRow, { stop, check }: Turn): Promise<void> {
  const log = parts.log.child({ build: row.id, attempt: row.attempt });
  try {
    const firstLine = await countLines(parts.database.kysely, row.id);
    const recipe = strictly(row.recipe, parts);
    const { logBytes } = recipe.limits;
    const record = new AttemptRecord({ kysely: parts.database.kysely, row, firstLine, limit: logBytes, log });
    await using folder = await parts.scratch.folder(`${row.id}-${row.attempt}`);
    await settle(
      parts,
      row,
      record,
      stop.signal,
      // Before it, and whatever it has come to: a process that was stopped for a while may go on before it knows that its time is over.
      () => {
        check();
        return make(parts, { row, recipe, record, folder: folder.path, stop }).finally(check);
      },
      log,
    );
  } catch (error) {
    // It is still ours by the database; somebody looks after it once our heartbeat has ended, as after a lost worker's.
    log[isPassing(error) ? "warn" : "error"]({ err: error }, "an attempt could not be ended");
  }
}

interface Making {
  row: BuildRow;
  recipe: BuildRecipe;
  record: AttemptRecord;
  folder: string;
  stop: AbortController;
}

/** From nothing to what is in the store; what is said meanwhile is written. */
async function make(parts: AttemptParts, { row, recipe, record, folder, stop }: Making): Promise<BuildResult> {
  stop.signal.throwIfAborted();
  const builder = parts.builders.find(({ name }) => name === recipe.builder);
  if (!builder) throw new BuildError("worker_failed", `This worker has no builder ${recipe.builder}.`);
  const place = join(folder, "build");
  await mkdir(place);
  using deadline = new Deadline(stop, recipe.limits.timeMs);
  const building = builder.build(recipe, {
    folder: place,
    sandboxes: parts.sandboxes,
    step: (step) => {
      deadline.at(step);
      record.step(step);
    },
    command: (argv) => record.command(argv),
    log: (stream, line) => record.line(stream, line),
    signal: stop.signal,
  });
  const made = await stopsInTime(building, stop.signal);
  stop.signal.throwIfAborted();
  record.step("publish");
  const path = join(folder, "build.log");
  await writeFile(path, record.text());
  const stored = await parts.store.put(row.id, filesOf(made, { name: "build.log", path }), stop.signal);
  return resultOf(made, stored, recipe.changes);
}

/** Says in the database how it ended. Nothing is said about a build that isn't ours any more. */
async function settle(
  parts: AttemptParts,
  row: BuildRow,
  record: AttemptRecord,
  signal: AbortSignal,
  making: () => Promise<BuildResult>,
  log: Logger,
): Promise<void> {
  const outcome = await making().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const why = whyStopped(signal);
  if (why === "withdrawn" || why === "fenced") {
    log.info({ why }, "build stopped");
    if (why === "withdrawn") await discard(parts, row, undefined, log);
    else if ("result" in outcome) await discard(parts, row, outcome.result.copy ?? null, log);
    return;
  }
  const patiently = (write: () => Promise<void>) =>
    throughBlips(write, {
      patience: HEARTBEAT_TIMES.fence,
      isOver: () => whyStopped(signal) === "fenced",
      onTrouble: (error) => log.warn({ err: error }, "how a build ended can't be written down yet"),
    });
  if ("result" in outcome) {
    await patiently(() => record.close());
    return patiently(() => publish(parts, row, outcome.result, log));
  }
  const isStopping = why === "stopping";
  const failure = failureOf(outcome.error, { why, timeMs: row.recipe.limits.timeMs, log });
  if (!isStopping) record.line("note", failure.sentence);
  await patiently(() => record.close());
  return patiently(() => (isStopping ? giveBack(parts, row, log) : failed(parts, row, failure, log)));
}

async function publish(parts: AttemptParts, row: BuildRow, result: BuildResult, log: Logger): Promise<void> {
  const { database, queue, clock, stats } = parts;
  const finishedAt = clock();
  const done = await database.kysely
    .transaction()
    .execute((transaction) => finish({ transaction, queue }, row, result, { now: finishedAt }));
  if (done === null) {
    log.warn("a build was finished that isn't this worker's any more");
    const now = await database.kysely.selectFrom("build").select("result").where("id", "=", row.id).executeTakeFirst();
    // It may have been this very attempt that has finished it, and only the word of it was lost.
    if (now?.result?.copy !== result.copy) await discard(parts, row, result.copy ?? null, log);
    return;
  }
  countDone(stats, row.inputs, result, { startedAt: row.started_at, finishedAt });
  log.info({ ms: finishedAt.getTime() - (row.started_at ?? finishedAt).getTime() }, "build done");
}

/** What nobody will be told of; where the store doesn't let go of it now, clean-up finds it. */
async function discard(
  { store }: AttemptParts,
  { id }: BuildRow,
  copy: string | null | undefined,
  log: Logger,
): Promise<void> {
  await store
    .remove(id, copy)
    .catch((err: unknown) => log.warn({ err, copy }, "a build can't be taken out of the store"));
}

async function failed(parts: AttemptParts, row: BuildRow, failure: Failure, log: Logger): Promise<void> {
  const { database, queue, clock, failureTtl, stats } = parts;
  const now = clock();
  const tries = row.tries + 1;
  const again = failure.isPassing ? nextTry(tries, now, Math.random()) : null;
  const changed = await database.kysely.transaction().execute((transaction) => {
    const transition = { transaction, queue };
    if (again === null) return fail(transition, row, failure, { now, ttl: failureTtl });
    const waitsFor = waitsForNextTry(failure.sentence, tries, again);
    return sendBack(transition, row, { waitsFor, notBefore: again, tries });
  });
  if (changed === null) return;
  log.info({ failure: failure.code, again }, again === null ? "build failed" : "build failed, and is tried again");
  if (again === null) await countFailed(stats, row.inputs, failure);
}

/** Not its fault: it waits again, in front of the line. */
async function giveBack({ database, queue }: AttemptParts, row: BuildRow, log: Logger): Promise<void> {
  await database.kysely
    .transaction()
    .execute((transaction) => sendBack({ transaction, queue }, row, { waitsFor: null, notBefore: null }));
  log.info("build given back");
}

/** What the worker's own machine says, where that is stricter; and where it fetches from. */
function strictly(
  recipe: BuildRecipe,
  { limits, upstreamUrl }: Pick<AttemptParts, "limits" | "upstreamUrl">,
): BuildRecipe {
  const smaller = Object.entries(limits).map(([name, value]) => {
    const asked = recipe.limits[name as keyof BuildLimits];
    return [name, value === undefined ? asked : Math.min(value, asked)];
  });
  const own: BuildLimits = { ...recipe.limits, ...Object.fromEntries(smaller) };
  return { ...recipe, limits: own, upstreamUrl: upstreamUrl(recipe.inputs.distribution) ?? recipe.upstreamUrl };
}

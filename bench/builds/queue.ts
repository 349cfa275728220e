import { queueName } from "../../packages/server/builds/queue/names.ts";
import type { BuildRow } from "../../packages/server/builds/records.ts";
import { askFor, type BuildHouse, somethingNew } from "../../packages/server/builds/testing/build-house.ts";
import { askAs, pretendWorker } from "../../packages/server/builds/testing/fair-house.ts";
import { begin, fail } from "../../packages/server/builds/transitions.ts";
import { queuesToBeginFrom } from "../../packages/server/builds/unfinished.ts";
import { median } from "../median.ts";
import { allInTurns } from "../server/in-turns.ts";
import type { BenchHouses } from "./bench-house.ts";

const SHORT = 10;
const LONG = 10_000;
/** Of each client four wait: three in line, one in its list. */
const OF_EACH = 4;
const ROUNDS = 5;
/** In each round one after the other; of these the median. */
const STEPS = 40;
const LOOK_UPS = 20_000;
const IDENTICAL = 1_000;
const QUEUE = queueName({ distribution: "openwrt", target: "ath79/generic", architecture: "x86_64" });

/** Milliseconds that one of each takes. */
export interface QueueTimes {
  enqueue: number;
  position: number;
  dequeue: number;
}

/** The same with a few that wait, and with ten thousand. */
export async function benchQueue(houses: BenchHouses): Promise<{ short: QueueTimes; long: QueueTimes }> {
  const config = { max_pending: LONG * 2 };
  const [few, many] = [await houses.open({ config }), await houses.open({ config })];
  await using _few = await pretendWorker(few);
  await using _many = await pretendWorker(many);
  const rounds = await allInTurns({ short: await measure(few, SHORT), long: await measure(many, LONG) }, ROUNDS);
  return { short: medians(rounds.short), long: medians(rounds.long) };
}

/** Milliseconds until all are answered who ask for the same at once. @throws Error if that makes more than one build */
export async function benchIdentical(houses: BenchHouses): Promise<number> {
  const house = await houses.open({});
  await using _ = await pretendWorker(house);
  await askAs(house, "somebody before");
  const what = somethingNew();
  const start = performance.now();
  const asked = await Promise.all(
    Array.from({ length: IDENTICAL }, (_, n) => house.builds.ask(askFor(what, { asker: `client ${n}` }))),
  );
  const took = performance.now() - start;
  const builds = new Set(asked.map(({ build }) => build.id));
  if (builds.size !== 1) throw new Error(`${IDENTICAL} identical requests made ${builds.size} builds`);
  return took;
}

async function measure(house: BuildHouse, length: number): Promise<() => Promise<QueueTimes>> {
  await fill(house, length);
  // As after a while: autovacuum has seen it.
  await house.database.pool.query("vacuum analyze");
  let asked = 0;
  return async () => {
    const times = { enqueue: [] as number[], dequeue: [] as number[] };
    const ids: string[] = [];
    for (let n = 0; n < STEPS; n++) {
      const enqueue = () => askAs(house, `another ${Math.floor(asked++ / OF_EACH)}`);
      const { took, made } = await timed(enqueue);
      ids.push(made.id);
      times.enqueue.push(took);
      const begun = await timed(() => dequeue(house));
      times.dequeue.push(begun.took);
      await end(house, begun.made);
    }
    const waiting: string[] = [];
    for (const id of ids.reverse()) if ((await house.builds.byId(id))?.position != null) waiting.push(id);
    const some = waiting.slice(0, SHORT);
    const { took } = await timed(async () => {
      for (let n = 0; n < LOOK_UPS; n++) await house.builds.byId(some[n % some.length] ?? "");
    });
    return { enqueue: median(times.enqueue), position: took / LOOK_UPS, dequeue: median(times.dequeue) };
  };
}

async function fill(house: BuildHouse, length: number): Promise<void> {
  let next = 0;
  const ask = async () => {
    while (next < length) await askAs(house, `client ${Math.floor(next++ / OF_EACH)}`);
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
}

/** As a worker does, with what it looks for before. */
async function dequeue({ database, queue }: BuildHouse): Promise<BuildRow> {
  const [first] = await queuesToBeginFrom(database.kysely);
  if (first !== QUEUE) throw new Error(`there is nothing to begin in ${QUEUE}`);
  const row = await database.kysely
    .transaction()
    .execute((transaction) => begin({ transaction, queue }, first, { worker: "bench", now: new Date() }));
  if (row === null) throw new Error("nothing was begun");
  return row;
}

/** Nothing is built. */
async function end({ database, queue }: BuildHouse, row: BuildRow): Promise<void> {
  const failure = { code: "worker_failed", sentence: "It was only begun.", culprits: [], isPassing: true };
  const when = { now: new Date(), ttl: 3_600_000 };
  await database.kysely.transaction().execute((transaction) => fail({ transaction, queue }, row, failure, when));
}

async function timed<T>(work: () => Promise<T>): Promise<{ took: number; made: T }> {
  const start = performance.now();
  const made = await work();
  return { took: performance.now() - start, made };
}

function medians(rounds: readonly QueueTimes[]): QueueTimes {
  const of = (name: keyof QueueTimes) => median(rounds.map((round) => round[name]));
  return { enqueue: of("enqueue"), position: of("position"), dequeue: of("dequeue") };
}

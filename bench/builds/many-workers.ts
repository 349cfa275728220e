import type { BuildHouse } from "../../packages/server/builds/testing/build-house.ts";
import { askAs } from "../../packages/server/builds/testing/fair-house.ts";
import { until } from "../../packages/server/builds/testing/until.ts";
import { WaitingBuilder } from "../../packages/server/builds/testing/waiting-builder.ts";
import { median } from "../median.ts";
import { allInTurns } from "../server/in-turns.ts";
import type { BenchHouses } from "./bench-house.ts";

const BUILDS = 24;
const CLIENTS = 4;
const ROUNDS = 2;
/** A build waits so long, as one does for a disk or a mirror, in milliseconds. */
const WAIT_MS = 1_000;

/** Builds a minute of one worker and of four, each building one at a time. */
export async function benchManyWorkers(houses: BenchHouses): Promise<{ one: number; four: number }> {
  const house = await houses.open({ builder: new WaitingBuilder({ waitMs: WAIT_MS }) });
  const rounds = await allInTurns({ one: () => builtBy(house, 1), four: () => builtBy(house, 4) }, ROUNDS);
  return { one: median(rounds.one), four: median(rounds.four) };
}

async function builtBy(house: BuildHouse, count: number): Promise<number> {
  const ask = (_: unknown, n: number) => askAs(house, `client ${n % CLIENTS}`);
  // Before there is anything to build: how long workers take to start isn't measured.
  await using workers = new AsyncDisposableStack();
  for (let n = 0; n < count; n++) workers.use(await house.startWorker());
  const asked = await Promise.all(Array.from({ length: BUILDS }, ask));
  const built = [];
  for (const { id } of asked) built.push(await until(house.builds, id, "done"));
  const begun = Math.min(...built.map(({ startedAt }) => startedAt?.getTime() ?? Number.NaN));
  const ended = Math.max(...built.map(({ finishedAt }) => finishedAt?.getTime() ?? Number.NaN));
  return (BUILDS * 60_000) / (ended - begun);
}

import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createLog } from "../log/log.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { DatabaseClock } from "./clock.ts";
import { openDatabase } from "./connect.ts";

const log = createLog({ level: "silent" });
const HOUR = 3_600_000;

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase({ connections: 1 });
});
afterAll(() => test_[Symbol.asyncDispose]());
afterEach(() => {
  vi.useRealTimers();
});

/** How much later it is there than this says; asking takes a moment. */
async function behind(clock: DatabaseClock): Promise<number> {
  const { rows } = await test_.database.pool.query<{ now: Date }>("select clock_timestamp() as now");
  return (rows[0]?.now.getTime() ?? 0) - clock.now().getTime();
}

test.each([HOUR, -HOUR])("a machine whose clock is set by %d ms goes by the database's time", async (jump) => {
  await using early = await DatabaseClock.start(test_.database, { log });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jump });
  await using late = await DatabaseClock.start(test_.database, { log });
  for (const clock of [early, late]) expect(Math.abs(await behind(clock))).toBeLessThan(HOUR / 4);
});

test("it goes on while the database can't be asked", async () => {
  const said: string[] = [];
  const destination = { write: (line: string) => void said.push(line) };
  const own = await openDatabase({ url: test_.url, connections: 1, log });
  await using clock = await DatabaseClock.start(own, {
    log: createLog({ level: "debug", human: false, destination }),
    every: 10,
  });
  await own[Symbol.asyncDispose]();
  const then = clock.now().getTime();
  await expect.poll(() => said.length).toBeGreaterThan(2);
  expect(clock.now().getTime()).toBeGreaterThan(then);
  expect(Math.abs(await behind(clock))).toBeLessThan(HOUR / 4);
});

import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isInLine, isInLists } from "./admission.ts";
import type { BuildRow } from "./records.ts";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "./testing/build-house.ts";
import { askAs, beginNext, positionsOf, pretendWorker } from "./testing/fair-house.ts";
import { until } from "./testing/until.ts";
import type { Build } from "./types.ts";

let house: BuildHouse;
let worker: AsyncDisposable;
beforeAll(async () => {
  house = await openBuildHouse();
  worker = await pretendWorker(house);
});
afterEach(() => house.clear());
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

const secret = (digit: string) => digit.repeat(32);

async function asked(asker: string, count: number): Promise<Build[]> {
  const builds = [];
  for (let n = 0; n < count; n++) builds.push(await askAs(house, asker));
  return builds;
}

/** All that wait, in the order in which they come; what is wrong about them fails. */
async function waitingRows({ database, config }: BuildHouse): Promise<{ line: BuildRow[]; lists: BuildRow[] }> {
  const rows = await database.kysely
    .selectFrom("build")
    .selectAll()
    .where("state", "=", "queued")
    .orderBy("place")
    .orderBy("line")
    .execute();
  const [line, lists] = [rows.filter(isInLine), rows.filter(isInLists)];
  const jobs = new Set(line.map(({ job }) => job));
  expect([jobs.size, jobs.has(null), lists.every(({ job }) => job === null)]).toEqual([line.length, false, true]);
  const most = config.builds.in_line_per_client;
  const inLine = Map.groupBy(line, ({ client }) => client);
  for (const [client, rows] of inLine) expect([client, rows.length <= most]).toEqual([client, true]);
  const waiting = await database.kysely.selectFrom("build_asker").selectAll().where("listed", "is not", null).execute();
  expect(new Set(waiting.map(({ build }) => build))).toEqual(new Set(lists.map(({ id }) => id)));
  // Whoever has something in a list has as many in line as may be.
  for (const { asker } of waiting) expect([asker, inLine.get(asker)?.length]).toEqual([asker, most]);
  return { line, lists };
}

test("whoever asks for one comes right behind the three of somebody who asks for many", async () => {
  const many = await asked("a", 12);
  const [one] = await asked("b", 1);
  expect(one?.position).toBe(3);
  expect(many.map(({ position }) => position)).toEqual(many.map((_, at) => at));
  expect(await positionsOf(house, many.slice(0, 5))).toEqual([0, 1, 2, 4, 5]);
  expect(house.builds.queueLength()).toBe(13);
  for (const { id } of many.slice(0, 3)) expect(await beginNext(house)).toBe(id);
  expect(await beginNext(house)).toBe(one?.id);
  for (const { id } of many.slice(3, 6)) expect(await beginNext(house)).toBe(id);
  const { line, lists } = await waitingRows(house);
  expect([line.length, lists.length]).toEqual([3, 3]);
});

test("the limit counts what is in line and what is in lists", async () => {
  house.config.builds.max_pending = 6;
  try {
    await asked("a", 5);
    await asked("b", 2);
    await expect(askAs(house, "c")).rejects.toMatchObject({ code: "queue_full", fields: { length: 7 } });
    await beginNext(house);
    expect(await askAs(house, "c")).toMatchObject({ position: 5 });
  } finally {
    house.config.builds.max_pending = 200;
  }
});

describe("what is in somebody's list", () => {
  test("is taken into the line by the first who joins and has room", async () => {
    const all = await asked("a", 5);
    const last = all[4]?.inputs ?? {};
    expect(await house.builds.ask(askFor(last, { asker: "b" }))).toMatchObject({
      outcome: "joined",
      build: { id: all[4]?.id, position: 3 },
    });
    // The first one's list is shorter now.
    expect(await positionsOf(house, all)).toEqual([0, 1, 2, 4, 3]);
    await asked("b", 2);
    expect((await askAs(house, "b")).position).toBe(6);
    await waitingRows(house);
  });

  test("is in the list of whoever joins and has no room, too, and comes when it is the turn of either", async () => {
    await asked("b", 3);
    const fifth = (await asked("a", 5))[4];
    expect((await house.builds.ask(askFor(fifth?.inputs, { asker: "b" }))).build.position).toBe(7);
    await beginNext(house);
    const { line } = await waitingRows(house);
    expect(line.at(-1)).toMatchObject({ id: fifth?.id, client: "b" });
  });

  test("stays there for those who still want it", async () => {
    const what = somethingNew();
    await asked("a", 3);
    const { build } = await house.builds.ask(askFor(what, { asker: "a", secret: secret("a") }));
    await asked("b", 3);
    await house.builds.ask(askFor(what, { asker: "b" }));
    expect((await house.builds.withdraw(build.id, secret("a"))).state).toBe("queued");
    expect((await waitingRows(house)).lists).toMatchObject([{ id: build.id, client: "b" }]);
  });

  test("comes into the line when one of theirs is withdrawn, in line or not", async () => {
    const first = await askAs(house, "a", { secret: secret("a") });
    const others = await asked("a", 2);
    const fourth = await askAs(house, "a", { secret: secret("b") });
    const [fifth] = await asked("a", 1);
    await house.builds.withdraw(fourth.id, secret("b"));
    await waitingRows(house);
    await house.builds.withdraw(first.id, secret("a"));
    const { line, lists } = await waitingRows(house);
    expect(line.map(({ id }) => id)).toEqual([...others, fifth].map((build) => build?.id));
    expect(lists).toEqual([]);
  });
});

test("more are taken into the line once more are allowed", async () => {
  await asked("a", 6);
  house.config.builds.in_line_per_client = 5;
  try {
    // By another server, which has read it so.
    await using _ = await house.openBuilds();
    await expect.poll(async () => (await waitingRows(house).catch(() => null))?.line.length).toBe(5);
  } finally {
    house.config.builds.in_line_per_client = 3;
  }
});

test("a build in line whose job the queue has lost gets another", async () => {
  const [first] = await asked("a", 1);
  await house.database.pool.query("delete from pawl_queue.job");
  await expect.poll(() => beginNext(house)).toBe(first?.id);
});

test("what nobody is there for any more leaves the line after a minute, and comes to its end when somebody is", async () => {
  await worker[Symbol.asyncDispose]();
  let other = await pretendWorker(house, ["*/*"]);
  try {
    const all = await asked("a", 4);
    await other[Symbol.asyncDispose]();
    for (const { id } of all) await until(house.builds, id, ({ waitsFor }) => waitsFor !== null);
    expect(await positionsOf(house, all)).toEqual([0, 1, 2, 3]);
    other = await pretendWorker(house, ["x86/*"]);
    const [elsewhere] = [await askAs(house, "a", askFor(somethingNew({ target: "x86/64" }), { asker: "a" }))];
    expect(elsewhere.position).toBe(3);
    house.clock.forward(60_001);
    await expect.poll(async () => positionsOf(house, [elsewhere, ...all])).toEqual([0, 1, 2, 3, 4]);
    worker = await pretendWorker(house);
    await expect.poll(async () => (await waitingRows(house).catch(() => null))?.line.length).toBe(3);
    await expect.poll(async () => (await waitingRows(house)).lists.length).toBe(2);
    expect(await positionsOf(house, [elsewhere, ...all])).toEqual([0, 1, 2, 3, 4]);
    expect(await beginNext(house)).toBe(all[0]?.id);
  } finally {
    await other[Symbol.asyncDispose]();
  }
});

test("positions are the same under two servers, whoever was asked", async () => {
  await using other = await house.openBuilds();
  const all: Build[] = [];
  for (let n = 0; n < 12; n++) all.push(await askAs(n % 2 ? house : other, `client ${n % 3}`));
  const expected = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9];
  for (const server of [house, other]) expect(await positionsOf(server, all)).toEqual(expected);
  await beginNext(house);
  // The tenth build is its client's next one: it is at the end of the line now.
  const next = [null, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
  for (const server of [house, other]) await expect.poll(() => positionsOf(server, all)).toEqual(next);
});

test("many who ask at once of two servers for many builds get their places, three each", async () => {
  await using other = await house.openBuilds();
  const all = await Promise.all(Array.from({ length: 24 }, (_, n) => askAs(n % 2 ? house : other, `client ${n % 4}`)));
  const { line, lists } = await waitingRows(house);
  expect([line.length, lists.length]).toEqual([12, 12]);
  const begun = await Promise.all(Array.from({ length: 10 }, () => beginNext(house)));
  expect(new Set(begun).size).toBe(10);
  expect((await waitingRows(house)).line.length).toBe(12);
  expect(all.length).toBe(24);
});

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("ask" as const), client: fc.nat(2), what: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("begin" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), which: fc.nat(30) }) },
);

test("whoever asks, joins, withdraws and begins in whatever order: positions in line never rise, and lists are in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 30 }), async (steps) => {
      await house.clear();
      const salt = somethingNew().packages ?? [];
      const open: { id: string; secret: string }[] = [];
      let before = new Map<string, number>();
      for (const [n, one] of steps.entries()) {
        const rows = await waitingRows(house);
        if (one.kind === "ask") {
          const ask = { asker: `client ${one.client}`, secret: n.toString(16).padStart(32, "0") };
          const { build } = await house.builds.ask(askFor({ packages: [...salt, `what-${one.what}`] }, ask));
          open.push({ id: build.id, secret: ask.secret });
        } else if (one.kind === "begin") {
          expect(await beginNext(house)).toBe(rows.line[0]?.id ?? null);
        } else {
          const [request] = open.splice(one.which % Math.max(1, open.length), 1);
          if (request) await house.builds.withdraw(request.id, request.secret);
        }
        const { line, lists } = await waitingRows(house);
        for (const { id, client } of line.filter(({ id }) => rows.lists.some((row) => row.id === id))) {
          // Whoever came from a list was the first of a list of that client.
          const earlier = rows.lists.filter(
            (row) => row.client === client && lists.some((still) => still.id === row.id),
          );
          const row = rows.lists.find((other) => other.id === id);
          if (one.kind !== "ask") expect(earlier.every((other) => other.line > (row?.line ?? 0))).toBe(true);
        }
        await expect.poll(() => positionsOf(house, line)).toEqual(line.map((_, at) => at));
        for (const [at, { id }] of line.entries()) expect(at).toBeLessThanOrEqual(before.get(id) ?? at);
        before = new Map(line.map(({ id }, at) => [id, at]));
      }
    }),
    { numRuns: 5 },
  );
});

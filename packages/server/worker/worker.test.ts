import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { askFor, type BuildHouse, NO_SANDBOXES, openBuildHouse, somethingNew } from "../builds/testing/build-house.ts";
import { until } from "../builds/testing/until.ts";
import { WaitingBuilder } from "../builds/testing/waiting-builder.ts";
import { ServerError } from "../error.ts";
import type { Store } from "../storage/types.ts";

let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
});
afterEach(() => house.clear());
afterAll(() => house[Symbol.asyncDispose]());

async function ask(inputs = {}) {
  return (await house.builds.ask(askFor(somethingNew(inputs)))).build;
}

/** As if every worker had been silent for a minute. */
function silence() {
  return sql`update pawl_queue.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`.execute(
    house.database.kysely,
  );
}

test("builds begin in the order in which they were asked for, over all targets, and positions never rise", async () => {
  const targets = ["x86/64", "ath79/generic", "ath79/generic", "x86/64", "x86/64", "ath79/generic"];
  const asked = [];
  for (const target of targets) asked.push(await ask({ target }));
  expect(asked.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(house.builds.queueLength()).toBe(6);
  const seen: number[] = [];
  const last = asked[5]?.id ?? "";
  const watching = until(house.builds, last, ({ position }) => {
    if (position !== null) seen.push(position);
    return position === null;
  });
  const builder = new WaitingBuilder();
  const held = builder.hold();
  await using _ = await house.startWorker({ parallel: 2, builders: [builder] });
  await expect.poll(() => builder.inside).toBe(2);
  held[Symbol.dispose]();
  await watching;
  await until(house.builds, last, "done");
  const names = asked.map(({ inputs }) => inputs.packages.join());
  const order = builder.begun.map(({ inputs }) => names.indexOf(inputs.packages.join()));
  expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  // Of two that are taken one after the other, either may come to its builder first.
  expect(order.filter((at, turn) => Math.abs(at - turn) > 1)).toEqual([]);
  expect(builder.most).toBe(2);
  expect(seen).toEqual([...seen].sort((a, b) => b - a));
  expect(house.builds.queueLength()).toBe(0);
});

test("a worker builds what its labels allow; for what nobody builds it is said", async () => {
  await using _ = await house.startWorker({ targets: ["x86/*"] });
  const [first, second] = [await ask({ target: "ath79/generic" }), await ask({ target: "x86/64" })];
  await until(house.builds, second.id, "done");
  const waits = await until(house.builds, first.id, ({ waitsFor }) => waitsFor !== null);
  expect(waits).toMatchObject({ state: "queued", waitsFor: "no worker for ath79/generic" });
  await using _other = await house.startWorker({ targets: ["ath79/generic"] });
  expect((await until(house.builds, first.id, "done")).waitsFor).toBeNull();
});

test("what nobody builds for fills nobody's line, and is given up after an hour", async () => {
  await using _ = await house.startWorker({ targets: ["x86/*"] });
  const { builds, config } = house;
  config.builds.max_pending = 1;
  try {
    const [first, second] = [await ask(), await ask()];
    expect(first).toMatchObject({ state: "queued", waitsFor: "no worker for ath79/generic", position: 0 });
    await expect(ask()).rejects.toMatchObject({
      code: "queue_full",
      message:
        "2 builds wait already for workers that aren't there (no worker for ath79/generic); no more can be taken now.",
    });
    using held = house.builder.hold();
    const running = await ask({ target: "x86/64" });
    await until(builds, running.id, "running");
    expect(await ask({ target: "x86/64" })).toMatchObject({ position: 0, waitsFor: null });
    house.clock.forward(3_600_000);
    held[Symbol.dispose]();
    for (const { id } of [first, second]) {
      const { failure, attempt } = await until(builds, id, "failed");
      expect(failure).toEqual({
        code: "worker_failed",
        sentence: "No worker here builds for ath79/generic.",
        culprits: [],
        isPassing: true,
      });
      expect(attempt).toBe(0);
    }
    await until(builds, running.id, "done");
    const { rows } = await sql`select 1 from pawl_queue.job where state <= 'active' and name like '%ath79%'`.execute(
      house.database.kysely,
    );
    expect(rows).toEqual([]);
  } finally {
    config.builds.max_pending = 200;
  }
});

test("a build that is done while the database is away for a moment is published nevertheless", async () => {
  // As it says it while it restarts: twice where lines are written, twice where the build ends.
  await sql
    .raw(`
    create sequence blips;
    create function blip() returns trigger language plpgsql as $$ begin
      if nextval('blips') in (1, 2, 4, 5) then raise exception 'restarting' using errcode = '57P02'; end if;
      return new;
    end $$;
    create trigger blip before insert on build_log for each row execute function blip();
    create trigger blip before update on build for each row when (new.state = 'done') execute function blip();
  `)
    .execute(house.database.kysely);
  try {
    await using _ = await house.startWorker();
    const { id } = await ask();
    const done = await until(house.builds, id, "done");
    expect(done).toMatchObject({ attempt: 1, failure: null });
    expect((await house.builds.log(id, 0, 10)).map(({ number }) => number)).toEqual([0]);
    const { rows } = await sql<{ last: number }>`select last_value::int as last from blips`.execute(
      house.database.kysely,
    );
    expect(rows[0]?.last).toBe(6);
  } finally {
    await sql.raw("drop function blip cascade; drop sequence blips").execute(house.database.kysely);
  }
});

const LACK = "Builds need a part that isn't there: apt-get install part.";

test.each([
  ["its builder", () => ({ builders: [Object.assign(new WaitingBuilder(), { lack: LACK })] })],
  ["its sandbox", () => ({ sandboxes: { ...NO_SANDBOXES, trouble: LACK } })],
])("who asks is told what the only worker lacks for %s, and nothing waits for it", async (_what, lacking) => {
  await using _ = await house.startWorker(lacking());
  const refused = { code: "builds_unavailable", status: 503, message: LACK };
  await expect(house.builds.ask(askFor(somethingNew()))).rejects.toMatchObject(refused);
  expect(house.builds.queueLength()).toBe(0);
  await using _able = await house.startWorker();
  expect((await ask()).state).toBe("queued");
});

describe("a worker that is lost", () => {
  test("is replaced, and what it has made is not published", async () => {
    const lostBuilder = new WaitingBuilder();
    const held = lostBuilder.hold();
    await using _lost = await house.startWorker({
      builders: [lostBuilder],
      times: { every: 3_600_000, fence: 3_600_000 },
    });
    const { id } = await ask();
    await until(house.builds, id, "running");
    // It may be that it still runs, and has only lost its database.
    await using _ = await house.startWorker();
    using heldToo = house.builder.hold();
    await silence();
    const again = await until(house.builds, id, ({ state, attempt }) => state === "running" && attempt === 2);
    held[Symbol.dispose]();
    await expect.poll(() => lostBuilder.inside).toBe(0);
    heldToo[Symbol.dispose]();
    const done = await until(house.builds, id, "done");
    expect(done).toMatchObject({ attempt: 2, id: again.id });
    expect(await house.builds.output(id)).toEqual({ stdout: "line 0 of tplink_archer\n", stderr: "" });
    expect((await house.builds.log(id, 0, 10)).map(({ number }) => number)).toEqual([0, 1]);
  });

  test("kills its build itself before somebody else may begin with it", async () => {
    const builder = new WaitingBuilder();
    using _held = builder.hold();
    await using _ = await house.startWorker({ builders: [builder], times: { every: 3_600_000, fence: 200 } });
    const { id } = await ask();
    await until(house.builds, id, "running");
    await expect.poll(() => builder.inside).toBe(0);
    // Nothing is said about what may be somebody else's.
    expect(await house.builds.byId(id)).toMatchObject({ state: "running", failure: null });
  });

  test("hears from its heartbeat that somebody else has its build", async () => {
    const builder = new WaitingBuilder();
    using _held = builder.hold();
    await using _ = await house.startWorker({ builders: [builder], times: { every: 50 } });
    const { id } = await ask();
    await until(house.builds, id, "running");
    await sql`update build set attempt = attempt + 1 where id = ${id}`.execute(house.database.kysely);
    await expect.poll(() => builder.inside).toBe(0);
  });

  test("five times over is the build's fault", async () => {
    using _held = house.builder.hold();
    await using _ = await house.startWorker({ parallel: 5, times: { every: 3_600_000, fence: 3_600_000 } });
    const { id } = await ask();
    await until(house.builds, id, "running");
    await sql`update build set losses = 4 where id = ${id}`.execute(house.database.kysely);
    await silence();
    const failed = await until(house.builds, id, "failed");
    expect(failed.failure).toMatchObject({ code: "kills_worker", isPassing: false });
  });
});

test("a worker that is stopped gives back what it builds, which is no try, and goes in front", async () => {
  const worker = await house.startWorker();
  using held = house.builder.hold();
  const [first, second] = [await ask(), await ask()];
  await until(house.builds, first.id, "running");
  expect((await house.builds.byId(second.id))?.position).toBe(0);
  await worker[Symbol.asyncDispose]();
  const back = await until(house.builds, first.id, "queued");
  expect(back).toMatchObject({ position: 0, attempt: 1 });
  expect((await until(house.builds, second.id, "queued")).position).toBe(0);
  expect(await readdir(house.scratchDir)).toEqual([]);
  held[Symbol.dispose]();
  const begun = house.builder.begun.length;
  await using _ = await house.startWorker();
  await until(house.builds, second.id, "done");
  expect(house.builder.begun.slice(begun).map(({ inputs }) => inputs.packages)).toEqual([
    first.inputs.packages,
    second.inputs.packages,
  ]);
});

test("what a killed worker has left is removed by the next one, and what one that lives has isn't", async () => {
  await using _ = await house.startWorker();
  await mkdir(join(house.scratchDir, "4194305-1-00000000", "of a build"), { recursive: true });
  expect((await readdir(house.scratchDir)).length).toBe(2);
  await using _other = await house.startWorker();
  const left = await readdir(house.scratchDir);
  expect(left.length).toBe(2);
  expect(left.every((name) => name.startsWith(`${process.pid}-`))).toBe(true);
});

test("what runs when a worker is stopped may end within the grace", async () => {
  const builder = new WaitingBuilder({ waitMs: 100 });
  const config = { parallel: 1, targets: ["*"], limits: {}, grace: 10_000 };
  const worker = await house.startWorker({ builders: [builder], config });
  const [first, second] = [await ask(), await ask()];
  await until(house.builds, first.id, "running");
  await worker[Symbol.asyncDispose]();
  expect((await house.builds.byId(first.id))?.state).toBe("done");
  expect((await house.builds.byId(second.id))?.state).toBe("queued");
});

test("a store that is full fails a build for now, and nothing of it is published", async () => {
  const full = new ServerError("database_full", "The store's disk is full.");
  const store: Store = Object.assign(Object.create(house.store), { put: () => Promise.reject(full) });
  await using _ = await house.startWorker({ store });
  const { id } = await ask();
  const waits = await until(house.builds, id, ({ waitsFor }) => waitsFor !== null);
  expect(waits.waitsFor).toMatch(/^The store's disk is full. Try 2 of 4 at/);
  expect(await house.builds.file(id, "build.log")).toBeNull();
});

test("a builder that fails in a way it doesn't know is tried again, and says nothing of it to everybody", async () => {
  house.builder.failures.push(new TypeError("secret is undefined"));
  await using _ = await house.startWorker();
  const { id } = await ask();
  const waits = await until(house.builds, id, ({ waitsFor }) => waitsFor !== null);
  expect(waits.waitsFor).toMatch(/^The worker has failed; its log says how. Try 2 of 4/);
});

test("a build whose job the queue has lost is built nevertheless", async () => {
  const { id } = await ask();
  await sql`delete from pawl_queue.job`.execute(house.database.kysely);
  await using _ = await house.startWorker();
  expect((await until(house.builds, id, "done")).attempt).toBe(1);
});

test("a job that no build knows of is in nobody's way", async () => {
  const { id } = await ask();
  await sql`update build set state = 'withdrawn', job = null where id = ${id}`.execute(house.database.kysely);
  const other = await ask();
  await using _ = await house.startWorker();
  await until(house.builds, other.id, "done");
});

test("a server that starts while builds wait and run knows of them", async () => {
  await using _ = await house.startWorker();
  using held = house.builder.hold();
  const [first, second] = [await ask(), await ask()];
  await until(house.builds, first.id, "running");
  await using other = await house.openBuilds();
  expect(await other.builds.byId(first.id)).toMatchObject({ state: "running" });
  expect(await other.builds.byId(second.id)).toMatchObject({ state: "queued", position: 0 });
  expect(other.builds.queueLength()).toBe(1);
  expect(await other.builds.building()).toBe(1);
  held[Symbol.dispose]();
  await until(other.builds, second.id, "done");
  expect(await other.builds.byId(first.id)).toMatchObject({ state: "done" });
});

test("an idle worker begins at once", async () => {
  await using _ = await house.startWorker();
  const took: number[] = [];
  for (let n = 0; n < 5; n++) {
    const { id, enqueuedAt } = await ask();
    const { startedAt } = await until(house.builds, id, "done");
    took.push((startedAt?.getTime() ?? 0) - enqueuedAt.getTime());
  }
  // Some 10 ms on a machine that does nothing else; it polls only every 2 s.
  expect(Math.min(...took)).toBeLessThan(1_000);
});

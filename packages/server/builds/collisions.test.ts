import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { lockLine } from "./admission.ts";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "./testing/build-house.ts";
import { askAs, pretendWorker } from "./testing/fair-house.ts";
import { until } from "./testing/until.ts";
import { WaitingBuilder } from "./testing/waiting-builder.ts";

const secret = "ab".repeat(16);
let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
  // What PostgreSQL says to one of two who wait for each other, as often as it is told to.
  await sql
    .raw(`
    create sequence collisions;
    create function collide() returns trigger language plpgsql as $$ begin
      if nextval('collisions') <= tg_argv[0]::int then raise exception 'deadlock detected' using errcode = tg_argv[1]; end if;
      return new;
    end $$;
  `)
    .execute(house.database.kysely);
});
afterEach(async () => {
  await sql.raw("drop trigger if exists collide on build; alter sequence collisions restart").execute(kysely());
  await house.clear();
});
afterAll(() => house[Symbol.asyncDispose]());

const kysely = () => house.database.kysely;

/** Those who do that first have somebody in their way. */
async function collide(when: string, { times, code = "40P01" }: { times: number; code?: string }): Promise<void> {
  await sql
    .raw(`create trigger collide before ${when} execute function collide(${times}, '${code}')`)
    .execute(kysely());
}

const toState = (state: string) => `update on build for each row when (new.state = '${state}')`;

test.each(["40P01", "40001"])("whoever asks while somebody is in the way (%s) asks again by itself", async (code) => {
  await collide("insert on build for each row", { times: 2, code });
  expect((await askAs(house, "a")).state).toBe("queued");
});

test("whoever withdraws while somebody is in the way does it again", async () => {
  const { id } = await askAs(house, "a", { secret });
  await collide(toState("withdrawn"), { times: 2 });
  expect((await house.builds.withdraw(id, secret)).state).toBe("withdrawn");
});

test("somebody who is in the way all the time is told of as of what passes, and nothing was changed", async () => {
  const { id } = await askAs(house, "a", { secret });
  await collide(toState("withdrawn"), { times: 3 });
  await expect(house.builds.withdraw(id, secret)).rejects.toMatchObject({ status: 503, retryAfter: 5 });
  expect((await house.builds.byId(id))?.state).toBe("queued");
});

test("a worker that has somebody in its way begins nevertheless", async () => {
  await collide(toState("running"), { times: 2 });
  const builder = new WaitingBuilder();
  const times = { poll: 3_600_000 };
  const { id } = await askAs(house, "a");
  await using _ = await house.startWorker({ builders: [builder], times });
  expect((await until(house.builds, id, "done")).attempt).toBe(1);
});

test("a build that can't be put right keeps no other from it", async () => {
  const worker = await pretendWorker(house);
  const [first, second] = [await askAs(house, "a"), await askAs(house, "a")];
  const one = `update on build for each row when (new.id = '${first.id}' and new.unserved_since is not null)`;
  await collide(one, { times: 1_000_000, code: "P0001" });
  await worker[Symbol.asyncDispose]();
  expect(await until(house.builds, second.id, ({ waitsFor }) => waitsFor !== null)).toMatchObject({ state: "queued" });
  expect((await house.builds.byId(first.id))?.waitsFor).toBeNull();
});

test("who asks for what somebody else has in hand all the time is asked to come again", async () => {
  await using _worker = await pretendWorker(house);
  const what = somethingNew();
  for (let n = 0; n < 3; n++) await askAs(house, "a");
  const { build } = await house.builds.ask(askFor(what, { asker: "a" }));
  const line = await kysely().startTransaction().execute();
  const row = await kysely().startTransaction().execute();
  try {
    await lockLine(line);
    const asked = house.builds.ask(askFor(what, { asker: "b" }));
    asked.catch(() => undefined);
    const waiting = async () => {
      const { rows } = await sql`
        select 1 from pg_locks as mine join pg_locks as theirs using (database, locktype, classid, objid)
        where mine.pid = pg_backend_pid() and locktype = 'advisory' and not theirs.granted`.execute(line);
      return rows.length;
    };
    // It has seen that it needs the line, and has let go of the build.
    await expect.poll(waiting).toBe(1);
    await row.selectFrom("build").select("id").where("id", "=", build.id).forUpdate().execute();
    await line.commit().execute();
    await expect(asked).rejects.toMatchObject({ code: "database_unavailable", status: 503, retryAfter: 5 });
  } finally {
    if (!line.isCommitted) await line.rollback().execute();
    await row.rollback().execute();
  }
  expect((await house.builds.ask(askFor(what, { asker: "b" }))).outcome).toBe("joined");
});

test("a job for a queue that another process has made needs no connection besides its transaction's", async () => {
  await using other = await house.openBuilds();
  await other.queue.start();
  const queue = "openwrt/lately/made/x86_64";
  await house.queue.ensure(queue);
  const job = { id: crypto.randomUUID(), queue, build: "b", key: "k", place: 1, expiresIn: 60 };
  await kysely()
    .transaction()
    .execute(async (transaction) => {
      // Connected before the others are taken.
      await sql`select 1`.execute(transaction);
      const taken = await Promise.all(Array.from({ length: 7 }, () => house.database.pool.connect()));
      try {
        expect(await other.queue.send(transaction, job)).toBe(true);
      } finally {
        for (const client of taken) client.release();
      }
    });
});

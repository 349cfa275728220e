import type { KyselyPlugin } from "kysely";
import pino from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Change, hearChanges } from "./changes.ts";
import { BuildNews } from "./news.ts";
import { BuildReader } from "./reading.ts";
import { type BuildHouse, openBuildHouse } from "./testing/build-house.ts";
import { askAs, pretendWorker } from "./testing/fair-house.ts";

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

/** Another process's news over the same rows, which hears and loses what the test says. */
async function openNews() {
  let reads = 0;
  let onRead = async (_read: number) => {};
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await onRead(++reads);
      return result;
    },
  };
  let cut = () => {};
  let reconnect = () => {};
  let notify = (_payload: string) => {};
  const changes: (Change | null)[] = [];
  const news = new BuildNews({
    database: {
      kysely: house.database.kysely.withPlugin(plugin),
      async listen(_channel, onNotify, gap) {
        notify = onNotify;
        cut = () => gap?.onLost?.();
        reconnect = () => gap?.onReconnect?.();
        return { [Symbol.asyncDispose]: async () => {} };
      },
    },
    clock: house.clock.now,
    log: pino({ level: "silent" }),
    onChange: (change) => void changes.push(change),
  });
  await news.ready();
  return {
    news,
    changes,
    notify: (change: object) => notify(JSON.stringify(change)),
    cut: () => cut(),
    reconnect: () => reconnect(),
    lose() {
      cut();
      reconnect();
    },
    reads: () => reads,
    /** Told of each result before it is believed, from now on. */
    onRead(what: (read: number) => Promise<void>) {
      reads = 0;
      onRead = what;
    },
    [Symbol.asyncDispose]: () => news[Symbol.asyncDispose](),
  };
}

test("after a lost connection the line is read until it is known, though the database isn't there at once", async () => {
  await askAs(house, "a");
  await using here = await openNews();
  expect(here.news.length).toBe(1);
  await askAs(house, "a");
  here.onRead((read) => (read <= 2 ? Promise.reject(new Error("The database doesn't answer.")) : Promise.resolve()));
  here.lose();
  await expect.poll(() => here.news.length).toBe(2);
  await expect.poll(() => here.changes).toEqual([null]);
});

test("a connection that is lost while the line is read means that it is read once more", async () => {
  await askAs(house, "a");
  await using here = await openNews();
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  here.onRead(async (read) => {
    if (read !== 2) return;
    reached.resolve();
    await released.promise;
  });
  here.lose();
  await reached.promise;
  // Nobody hears of it here.
  await askAs(house, "a");
  here.lose();
  here.lose();
  // Whoever doesn't wait for the other has read it before the other has.
  await house.database.pool.query("select 1");
  released.resolve();
  await expect.poll(() => here.news.length).toBe(2);
  await expect.poll(() => here.changes).toEqual([null]);
  expect(here.reads()).toBe(4);
});

test("a line that can't be read isn't tried any more by what has ended", async () => {
  const here = await openNews();
  here.onRead(() => Promise.reject(new Error("The database doesn't answer.")));
  here.lose();
  await expect.poll(here.reads).toBeGreaterThan(1);
  await here[Symbol.asyncDispose]();
  const read = here.reads();
  here.lose();
  await house.database.pool.query("select 1");
  expect(here.reads()).toBe(read);
});

test("while nothing is heard nothing is remembered: others may have changed it a moment ago", async () => {
  const { id } = await askAs(house, "a");
  await using here = await openNews();
  const reader = new BuildReader(house.database.kysely, here.news.cache);
  const read = async () => (await reader.record(id))?.build.state;
  const becomes = (state: string) =>
    house.database.pool.query("update build set state = $1 where id = $2", [state, id]);
  expect(await read()).toBe("queued");
  await becomes("withdrawn");
  expect(await read()).toBe("queued");
  here.cut();
  expect(await read()).toBe("withdrawn");
  await becomes("queued");
  expect(await read()).toBe("queued");
  // Nor is any answer that was made of it.
  expect(here.news.generation).not.toBe(here.news.generation);
  here.reconnect();
  expect(here.news.generation).toBe(here.news.generation);
  expect(await read()).toBe("queued");
  await becomes("withdrawn");
  expect(await read()).toBe("queued");
});

test("what an older server tells of a build has neither place nor client", async () => {
  const { promise, resolve } = Promise.withResolvers<Change>();
  await using _ = await hearChanges(
    house.database,
    (change) => {
      if (change.kind === "build" && change.id === "older") resolve(change);
    },
    {},
  );
  const older = { kind: "build", id: "older", key: "k", state: "queued", line: 1, hasBegun: false, isUnserved: false };
  await house.database.notify("pawl_builds", JSON.stringify(older));
  expect(await promise).toEqual({ ...older, place: null, client: "" });
});

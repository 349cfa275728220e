import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "../builds/testing/build-house.ts";
import { until } from "../builds/testing/until.ts";
import { sendBack } from "../builds/transitions.ts";
import type { Store } from "../storage/types.ts";

const LOG = "build.log";
let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

/** Another's put may go on as long as it likes. */
function patient(when: Promise<void>): { store: Store; putting: Promise<void>; copies: string[] } {
  const { promise: putting, resolve } = Promise.withResolvers<void>();
  const copies: string[] = [];
  const put: Store["put"] = async (build, files) => {
    resolve();
    await when;
    const stored = await house.store.put(build, files, new AbortController().signal);
    copies.push(stored.copy);
    return stored;
  };
  const remove: Store["remove"] = (...asked) => house.store.remove(...asked);
  return { store: Object.assign(Object.create(house.store), { put, remove }), putting, copies };
}

test("a worker that puts a build after it was taken from it changes nothing of what was published since, and leaves nothing", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const late = patient(released);
  await using _late = await house.startWorker({ store: late.store });
  const { build } = await house.builds.ask(askFor(somethingNew()));
  await late.putting;
  // As after a lost worker.
  await house.database.kysely
    .transaction()
    .execute((transaction) =>
      sendBack({ transaction, queue: house.queue }, { id: build.id, attempt: 1 }, { waitsFor: null, notBefore: null }),
    );
  await using _other = await house.startWorker();
  const done = await until(house.builds, build.id, "done");
  const published = await house.builds.file(build.id, LOG);
  if (published === null) throw new Error("nothing was published");
  const content = async () => {
    const found = await house.store.read(published, LOG);
    return found?.kind === "bytes" ? await text(found.stream) : null;
  };
  const before = await content();

  release();
  await expect.poll(() => late.copies.length).toBe(1);
  expect(late.copies).not.toContain(published.copy);
  expect(await house.builds.file(build.id, LOG)).toEqual(published);
  expect([before === null, await content()]).toEqual([false, before]);
  expect((await house.builds.byId(build.id))?.result).toEqual(done.result);
  const copies = async () => (await Array.fromAsync(house.store.builds())).map(({ copy }) => copy);
  await expect.poll(copies).toEqual([published.copy]);
});

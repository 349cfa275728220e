import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/index.ts";
import { ResourceStore } from "../store/resource-store.ts";
import { HeldLeases } from "./held-leases.ts";

let it: TestDatabase;
let store: ResourceStore;
beforeAll(async () => {
  it = await createTestDatabase();
  store = new ResourceStore(it.database);
});
afterAll(() => it[Symbol.asyncDispose]());

const key = (path: string) => ({ distribution: "openwrt", kind: "index" as const, path, branch: null, version: null });
const log = pino({ level: "silent" });

async function leased(path: string) {
  const lease = await store.lease(key(path), 0);
  if (!lease) throw new Error(`${path} is leased`);
  return lease;
}

async function nearlyOver(path: string): Promise<void> {
  await sql`update resource set leased_until = now() + interval '100 ms', tried_at = null where path = ${path}`.execute(
    it.database.kysely,
  );
}

test("what is held is renewed until it is let go, and what nobody holds may be had by another", async () => {
  const held = new HeldLeases((all) => store.renew(all), 30, log);
  const [mine, killed] = [await leased("mine"), await leased("killed")];
  held.add(mine);
  for (const { path } of [mine, killed]) await nearlyOver(path);
  await sleep(250);
  expect(await store.lease(key("mine"), 0)).toBeNull();
  expect(await store.lease(key("killed"), 0)).toMatchObject({ attempt: 2 });
  held.delete(mine);
  // A renewal may be under way; after that one there is none.
  const ended = async () => {
    await nearlyOver("mine");
    await sleep(150);
    return store.lease(key("mine"), 0);
  };
  await expect.poll(ended).toMatchObject({ attempt: 2 });
});

test("a lease that another has by now isn't renewed for who had it", async () => {
  const old = await leased("lost");
  await nearlyOver("lost");
  await sleep(150);
  const { attempt } = await leased("lost");
  await nearlyOver("lost");
  await store.renew([old]);
  await sleep(150);
  expect(await store.lease(key("lost"), 0)).toMatchObject({ attempt: attempt + 1 });
});

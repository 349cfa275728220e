import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/index.ts";
import { packagesHash } from "./hashes.ts";
import { StoredPackageLists } from "./package-lists.ts";

let on: TestDatabase;
beforeAll(async () => {
  on = await createTestDatabase();
});
afterAll(() => on[Symbol.asyncDispose]());

const lists = () => new StoredPackageLists(on.database.kysely);

async function age(hash: string, days: number): Promise<void> {
  await sql`update asu_v0_package_list set asked_at = now() - make_interval(days => ${days}) where hash = ${hash}`.execute(
    on.database.kysely,
  );
}

test("packages_hash: a list that was asked for is found by its hash, sorted, each name once", async () => {
  await lists().remember(["vim", "luci", "vim"]);
  await lists().remember(["vim", "luci"]);
  expect(await lists().find("ed806c8a99c0")).toEqual(["luci", "vim"]);
  expect(await lists().find("000000000000")).toBeNull();
});

test("packages_hash: a list longer than any device's isn't kept", async () => {
  const names = Array.from({ length: 501 }, (_, at) => `package-${at}`);
  await lists().remember(names);
  expect(await lists().find(packagesHash(names))).toBeNull();
});

test("packages_hash: lists are forgotten after 90 days, unless they are asked for again", async () => {
  for (const name of ["kept", "old"]) {
    await lists().remember([name]);
    await age(packagesHash([name]), 100);
  }
  await lists().remember(["kept"]);
  await lists().sweep();
  expect(await lists().find(packagesHash(["kept"]))).toEqual(["kept"]);
  expect(await lists().find(packagesHash(["old"]))).toBeNull();
});

test("packages_hash: of too many lists the oldest go", async () => {
  for (const [at, name] of ["c", "b", "a"].entries()) {
    await lists().remember([name]);
    await age(packagesHash([name]), at);
  }
  await lists().sweep(2);
  const { rows } = await sql<{ count: number }>`select count(*) as count from asu_v0_package_list`.execute(
    on.database.kysely,
  );
  expect(rows[0]?.count).toBe(2);
  expect(await lists().find(packagesHash(["a"]))).toBeNull();
});

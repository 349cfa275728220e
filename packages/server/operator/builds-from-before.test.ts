import pino from "pino";
import { expect, test } from "vitest";
import { migrate } from "../db/migrate.ts";
import { MIGRATIONS } from "../db/migrations/index.ts";
import { createTestDatabase } from "../testing/index.ts";
import { listBuilds } from "./build-list.ts";

test("builds from before there were lists are in them, but for those with a first-boot script, whatever is in it", async () => {
  await using bare = await createTestDatabase({ bare: true, connections: 2 });
  const log = pino({ level: "silent" }, { write: () => undefined });
  const before = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex(({ name }) => name === "0008-fair-line"),
  );
  await migrate(bare.database, { log, migrations: before });
  const inputs = { distribution: "openwrt", version: "24.10.5", target: "x86/64", profile: "generic", packages: [] };
  const add = (id: string, line: number, defaults: string | null) =>
    bare.database.pool.query(
      `insert into build (id, key, line, queue, inputs, recipe, state, enqueued_at, catalog_digest)
       values ($1, $1, $2, 'openwrt/x86/64/x86_64', $3, '{}', 'done', now(), '')`,
      [id, line, JSON.stringify({ ...inputs, defaults })],
    );
  await add("plain", 1, null);
  await add("hidden", 2, 'echo "defaults":null a\0b');
  await migrate(bare.database, { log });
  const listed = await listBuilds(bare.database.kysely, {
    version: "24.10.5",
    target: "x86/64",
    profile: "generic",
    limit: 10,
  });
  expect(listed.map(({ id }) => id)).toEqual(["plain"]);
  expect(await listBuilds(bare.database.kysely, { target: "ath79/generic", limit: 10 })).toEqual([]);
});

import { sql } from "kysely";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type MirroredCatalog, mirroredCatalog } from "../testing/mirrored-catalog.ts";

const it: MirroredCatalog = await mirroredCatalog({ pause: 300 });
afterAll(() => it[Symbol.asyncDispose]());

/** As if all of it had been read, and some be under way, while the clock was a year ahead. */
beforeEach(async () => {
  const version = await it.catalog.version("openwrt", "24.10.5");
  await it.catalog.architecturePackages(version, "x86_64");
  const year = sql`interval '1 year'`;
  await sql`
    update resource set checked_at = checked_at + ${year}, changed_at = changed_at + ${year}, tried_at = tried_at + ${year},
      due_at = due_at + ${year}, wanted_at = wanted_at + ${year},
      leased_until = case when path like '%/luci' then now() + ${year} end
  `.execute(it.test.database.kysely);
  it.mirror.clearLog();
});

test("what was read at times that are yet to come is read anew by who asks for it", async () => {
  const other = await it.another();
  await other.architecturePackages(await other.version("openwrt", "24.10.5"), "x86_64");
  expect(it.mirror.traffic("releases/**/x86_64/luci/**").requests).toBeGreaterThan(0);
  expect(it.mirror.traffic(".versions.json").requests).toBeGreaterThan(0);
});

test("the updater takes such times for never, and says so once", async () => {
  const other = await it.another();
  other.start();
  await expect.poll(() => it.mirror.traffic("releases/**/x86_64/luci/**").requests).toBe(1);
  const ahead = sql<{ n: number }>`
    select count(*)::int as n from resource where checked_at > now() or tried_at > now() or due_at > now() + interval '2 hours'
  `;
  await expect.poll(async () => (await ahead.execute(it.test.database.kysely)).rows[0]?.n).toBe(0);
  expect(it.warnings.filter((line) => line.includes("a clock was wrong"))).toHaveLength(1);
});

import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/index.ts";
import type { ResourceFilter } from "../types.ts";
import { ResourceListing } from "./resource-listing.ts";

let it: TestDatabase;
let listing: ResourceListing;
beforeAll(async () => {
  it = await createTestDatabase();
  listing = new ResourceListing(it.database, ["lime"]);
  // 300 targets and 300 indexes of three versions; every tenth is in trouble, of which one is a list that need not be there.
  await sql`
    insert into resource (distribution, kind, path, branch, version, digest, checked_at, trouble_code, trouble_since)
    select 'openwrt', kind, 'releases/' || version || '/targets/x86/t' || n || '/' || kind, left(version, 5), version, 'd',
      '2026-01-01'::timestamptz + n * interval '1 minute' + 7 * interval '1 microsecond',
      case when n % 10 = 0 then 'mirror_down' end,
      case when n % 10 = 0 then '2026-01-01'::timestamptz + n * interval '1 microsecond' end
    from generate_series(1, 100) n, unnest(array['24.10.4', '24.10.5', '25.12.1']) version, unnest(array['target', 'index']) kind
  `.execute(it.database.kysely);
  await sql`
    insert into resource (distribution, kind, path, trouble_code, trouble_since)
    values
      ('lime', 'versions', '.versions.json', 'not_found', '2026-01-01'),
      ('openwrt', 'versions', '.versions.json', 'mirror_down', '2026-01-02')
  `.execute(it.database.kysely);
});
afterAll(() => it[Symbol.asyncDispose]());

async function pages(filter: ResourceFilter, limit: number): Promise<string[][]> {
  const result: string[][] = [];
  let after: ResourceFilter["after"];
  do {
    const page = await listing.list({ ...filter, limit, after });
    result.push(page.map(({ distribution, kind, path }) => `${distribution} ${kind} ${path}`));
    const last = page.length === limit ? page.at(-1) : undefined;
    const at = filter.sort === "trouble" ? last?.trouble?.since : last?.checkedAt;
    after = last && { ...last, at: at ?? null };
  } while (after);
  return result;
}

test("pages hold as many as were asked for, and together everything once", async () => {
  const all = await pages({}, 250);
  expect(all.map((page) => page.length)).toEqual([250, 250, 102]);
  expect(new Set(all.flat()).size).toBe(602);
  expect((await pages({}, 1_000)).flat()).toEqual(all.flat());
});

test.each<[ResourceFilter["sort"], string, string]>([
  ["oldest", "lime versions", "openwrt target releases/25.12.1/targets/x86/t100/target"],
  ["newest", "openwrt target releases/25.12.1/targets/x86/t100/target", "lime versions"],
  [
    "trouble",
    "openwrt index releases/24.10.4/targets/x86/t10/index",
    "openwrt target releases/25.12.1/targets/x86/t99/target",
  ],
])("%s first: the same on pages of any size, each once", async (sort, first, last) => {
  const all = (await pages({ sort }, 1_000)).flat();
  expect([all[0], all.at(-1)]).toEqual([expect.stringContaining(first), expect.stringContaining(last)]);
  expect((await pages({ sort }, 7)).flat()).toEqual(all);
  expect(new Set(all).size).toBe(602);
});

test("a page goes on behind what was seen, also where that is gone", async () => {
  const [first, second] = await listing.list({ kind: "target", limit: 2 });
  const after = { distribution: "openwrt", kind: "target", path: `${first?.path}.gone` };
  expect((await listing.list({ kind: "target", limit: 1, after }))[0]?.path).toBe(second?.path);
});

test.each<[ResourceFilter, number, number]>([
  [{}, 602, 61],
  [{ distribution: "openwrt" }, 601, 61],
  [{ distribution: "lime" }, 1, 0],
  [{ version: "24.10.5" }, 200, 20],
  [{ kind: "versions" }, 2, 1],
  [{ branch: "25.12" }, 200, 20],
  [{ query: "T7/INDEX" }, 3, 0],
  [{ query: "t_/" }, 0, 0],
  [{ target: "x86/t10" }, 6, 6],
  [{ target: "x86/t_0" }, 0, 0],
  [{ distribution: "openwrt", version: "25.12.1", kind: "index" }, 100, 10],
])("of %o there are %i, of which %i are in trouble", async (filter, total, inTrouble) => {
  const counts = await listing.count(filter);
  expect(counts.reduce((sum, count) => sum + count.total, 0)).toBe(total);
  expect(counts.reduce((sum, count) => sum + count.inTrouble, 0)).toBe(inTrouble);
  expect(await listing.list({ ...filter, trouble: true })).toHaveLength(inTrouble);
  expect(await listing.list({ ...filter, trouble: false })).toHaveLength(total - inTrouble);
});

test("branches are counted each, with when any of them was last confirmed", async () => {
  expect(await listing.count({ distribution: "openwrt" })).toEqual([
    {
      distribution: "openwrt",
      branch: "24.10",
      total: 400,
      inTrouble: 40,
      checkedAt: new Date("2026-01-01T01:40:00Z"),
      oldestAt: new Date("2026-01-01T00:01:00Z"),
    },
    {
      distribution: "openwrt",
      branch: "25.12",
      total: 200,
      inTrouble: 20,
      checkedAt: new Date("2026-01-01T01:40:00Z"),
      oldestAt: new Date("2026-01-01T00:01:00Z"),
    },
    { distribution: "openwrt", branch: null, total: 1, inTrouble: 1, checkedAt: null, oldestAt: null },
  ]);
});

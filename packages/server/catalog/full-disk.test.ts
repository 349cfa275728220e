import { sql } from "kysely";
import { expect, test } from "vitest";
import { mirroredCatalog } from "./testing/mirrored-catalog.ts";

test.each([
  ["its disk is full", "53100", 'could not extend file "base/5/16384"', "database_full", /no room left/],
  ["a fault of our own", "23514", "violates check constraint of base/5/16384", "internal", /Its log says what/],
])("what the database doesn't keep isn't upstream's fault, and names none of its files: %s", async (_, ...row) => {
  const [state, said, code, words] = row;
  await using it = await mirroredCatalog();
  const version = await it.catalog.version("openwrt", "24.10.5");
  const { kysely } = it.test.database;
  await sql`
    create function refuse() returns trigger language plpgsql as $$
    begin raise exception using message = ${sql.lit(said)}, errcode = ${sql.lit(state)}; end $$`.execute(kysely);
  await sql`
    create trigger refuse before update on resource for each row
    when (new.digest is distinct from old.digest) execute function refuse()`.execute(kysely);
  const error = await it.catalog.targets(version).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
  expect(JSON.stringify({ error, message: String(error) })).not.toContain("base/5");
  const states = JSON.stringify(await it.catalog.resources());
  expect(states).toMatch(words);
  expect(states).not.toContain("base/5");
  expect(it.warnings.join()).toContain("base/5/16384");

  await sql`drop trigger refuse on resource`.execute(kysely);
  await expect
    .poll(() =>
      it.catalog.targets(version).then(
        ({ value }) => value.size > 0,
        () => false,
      ),
    )
    .toBe(true);
});

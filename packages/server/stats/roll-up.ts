import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { TIERS, type Tier } from "./tiers.ts";
import type { Counted } from "./types.ts";

const DAY_MS = 86_400_000;

/**
 * Makes fewer rows of what was counted a while ago: hours become days, days months, months years, and of many names those stay that
 * were counted most. No sum of a kind ever changes by it, nor do sums of a target, a version or a branch. What was done is known by how far it
 * has come, so it may be cut anywhere. One process at a time: the garbage collector calls it.
 * @returns rows that are no more
 */
export async function rollUp(database: Kysely<Tables>, now: Date, signal: AbortSignal): Promise<number> {
  let gone = 0;
  for (const [what, [first, ...further]] of Object.entries(TIERS) as [Counted, (typeof TIERS)[Counted]][]) {
    const scope = { database, what, now, signal };
    gone += await rollTier(scope, first, "counter");
    for (const tier of further) gone += await rollTier(scope, tier, "counter_rolled");
  }
  return gone;
}

interface Scope {
  database: Kysely<Tables>;
  what: Counted;
  now: Date;
  signal: AbortSignal;
}

async function rollTier(scope: Scope, tier: Tier, from: "counter" | "counter_rolled"): Promise<number> {
  const { database, what, now, signal } = scope;
  const end = begins(new Date(now.getTime() - tier.after * DAY_MS), tier.step);
  let gone = 0;
  for (;;) {
    signal.throwIfAborted();
    const since = await nextPeriod(scope, tier, from, end);
    if (since === null) return gone;
    gone += await database.transaction().execute(async (step) => {
      const rows = await rollPeriod(step, { what, tier, from, since });
      const row = { what, tier: tier.name, until: ends(since, tier.step) };
      await step
        .insertInto("counter_rolling")
        .values(row)
        .onConflict((conflict) => conflict.columns(["what", "tier"]).doUpdateSet({ until: row.until }))
        .execute();
      return rows;
    });
  }
}

/** The first moment of the next period that has counts and wasn't done; null: there is none before `end`. */
async function nextPeriod(
  { database, what }: Scope,
  tier: Tier,
  from: "counter" | "counter_rolled",
  end: Date,
): Promise<Date | null> {
  // What comes late among the recent is done, too: nothing of an old period stays there.
  const done = sql`coalesce((select until from counter_rolling where what = ${what} and tier = ${tier.name}), '-infinity')`;
  const begin = from === "counter" ? sql`'-infinity'` : done;
  const { rows } = await sql<{ since: Date | null }>`
    select min(since) as since from ${sql.table(from)}
    where what = ${what} and since < ${end} and since >= ${begin}`.execute(database);
  const since = rows[0]?.since ?? null;
  return since && begins(since, tier.step);
}

/** What isn't where it belongs is added to what is, and goes. */
async function rollPeriod(
  step: Kysely<Tables>,
  { what, tier, from, since }: { what: Counted; tier: Tier; from: "counter" | "counter_rolled"; since: Date },
): Promise<number> {
  const [until, to] = [ends(since, tier.step), begins(since, tier.to)];
  const { group, rest } = FOLDED[what] ?? ALL_ONE;
  const aim = tier.keep === undefined ? sql`key` : sql`case when rank <= ${tier.keep} then key else ${rest} end`;
  const table = sql.table(from);
  const goes = from === "counter" ? sql`true` : sql`(aimed.since <> ${to}::timestamptz or aimed.aim <> aimed.key)`;
  const { rows } = await sql<{ gone: number }>`
    with summed as (
      select ctid as place, since, key, sum(n) over (partition by key) as total
      from ${table} where what = ${what} and since >= ${since} and since < ${until}),
    ranked as (
      select place, since, key, dense_rank() over (
        partition by ${group} order by (key = 'other' or key like '%:other'), total desc, key) as rank
      from summed),
    aimed as (select place, since, key, ${aim} as aim from ranked),
    moved as (
      -- By its place: however many there are, none is looked for. One that was added to meanwhile isn't there any more, and is met again.
      delete from ${table} as counts using aimed where counts.ctid = aimed.place and ${goes}
      returning aimed.aim, counts.n),
    added as (
      insert into counter_rolled (what, since, key, n)
      select ${what}, ${to}::timestamptz, aim, sum(n) from moved group by aim order by aim
      on conflict (what, since, key) do update set n = counter_rolled.n + excluded.n
      returning 1)
    select (select count(*) from moved) - (select count(*) from added) as gone`.execute(step);
  return Number(rows[0]?.gone ?? 0);
}

interface Folding {
  /** Keys are compared with those of the same group. */
  group: RawBuilder<unknown>;
  /** What a key becomes that isn't kept: what is asked for by parts of it still is. */
  rest: RawBuilder<unknown>;
}

const ALL_ONE: Folding = { group: sql`true`, rest: sql`'other'` };
/** `24.10:luci` → `24.10:other` */
const BY_FIRST: Folding = {
  group: sql`split_part(key, ':', 1)`,
  rest: sql`case when key = 'other' then key else split_part(key, ':', 1) || ':other' end`,
};
/** `openwrt:24.10.5:ath79/generic:tplink_archer` → `openwrt:24.10.5:ath79/generic:other` */
const BY_TARGET: Folding = {
  group: sql`true`,
  rest: sql`case when key = 'other' then key else
    split_part(key, ':', 1) || ':' || split_part(key, ':', 2) || ':' || split_part(key, ':', 3) || ':other' end`,
};
const FOLDED: Partial<Record<Counted, Folding>> = {
  package: BY_FIRST,
  "upgrade-check": BY_FIRST,
  build: BY_TARGET,
  "build-seconds": BY_TARGET,
};

/** The first moment, UTC, of the period that an instant is in. */
function begins(instant: Date, period: Tier["step"]): Date {
  const [year, month] = [instant.getUTCFullYear(), instant.getUTCMonth()];
  switch (period) {
    case "day":
      return new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS);
    case "month":
      return new Date(Date.UTC(year, month));
    case "year":
      return new Date(Date.UTC(year, 0));
  }
}

/** The first moment after the period that begins then. */
function ends(begin: Date, period: Tier["step"]): Date {
  const [year, month] = [begin.getUTCFullYear(), begin.getUTCMonth()];
  switch (period) {
    case "day":
      return new Date(begin.getTime() + DAY_MS);
    case "month":
      return new Date(Date.UTC(year, month + 1));
    case "year":
      return new Date(Date.UTC(year + 1, 0));
  }
}

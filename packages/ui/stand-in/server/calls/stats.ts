import type { ServerSchemas } from "../../../data/server.ts";
import type { Asked } from "../../calls.ts";
import { Chance } from "../../chance.ts";
import type { Builds } from "../builds/builds.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { KNOWN_PACKAGES } from "../catalog/known-packages.ts";
import { TARGETS } from "../catalog/targets.ts";
import type { ServerCalls } from "./types.ts";

const DAY_MS = 86_400_000;
/** What people ask for most. */
const POPULAR = KNOWN_PACKAGES.map(([name]) => name).slice(KNOWN_PACKAGES.findIndex(([name]) => name === "luci"));
const CLASSES_S = [5, 10, 20, 30, 60, 120, 300, 600] as const;

/** What happened here, counted; nothing at all where nothing did. */
export function statsCalls(catalog: Catalog, builds: Builds, isBusy: boolean) {
  const now = catalog.now().getTime();
  const counted = (most: number) => (isBusy ? most : 0);
  const named = (names: readonly string[], query: URLSearchParams) => {
    const chance = new Chance(names.length);
    let count = 4_000;
    const items = names.map((name) => {
      count = Math.round(count * (0.7 + chance.share() * 0.28));
      return { name, count };
    });
    return { items: isBusy ? items.slice(0, Number(query.get("limit") ?? 100)) : [] };
  };
  return {
    "GET /api/v2/stats/summary": (): ServerSchemas["StatsSummary"] => {
      const count = (state: string) => builds.all().filter((held) => held.state === state).length;
      return {
        builds_24h: counted(214),
        package_names: catalog.packages.length,
        queue_length: count("queued"),
        store: { bytes: counted(31_400_000_000), budget: 50_000_000_000 },
        images: {
          ...{ building: count("running"), failed: counted(91), requested: counted(12_880) },
          ...{ stored: counted(3_204), total: counted(9_411) },
        },
      };
    },
    "GET /api/v2/stats/days": () => {
      const chance = new Chance(30);
      const items = Array.from({ length: 30 }, (_, index) => {
        const day = new Date(Math.floor(now / DAY_MS - (29 - index)) * DAY_MS);
        const isWeekend = day.getUTCDay() % 6 === 0;
        const built = chance.number(90, 160) + (isWeekend ? 90 : 0);
        const [hits, failures] = [Math.round(built * 2.4), chance.number(2, 12)];
        // All that were asked for: those from the store, and those that failed, too.
        const of = { builds: built + hits + failures, hits, failures, upgrade_checks: built * 30 };
        const none = { builds: 0, hits: 0, failures: 0, upgrade_checks: 0 };
        return { day: day.toISOString(), ...(isBusy ? of : none) };
      });
      return { items };
    },
    "GET /api/v2/stats/versions": () => {
      const chance = new Chance(26);
      const weeks = Array.from({ length: 26 }, (_, index) =>
        new Date(now - (25 - index) * 7 * DAY_MS).toISOString().slice(0, 10),
      );
      const items = ["25.12.1", "25.12.0", "24.10.5", "24.10.4", "SNAPSHOT"].map((version, age) => ({
        version,
        builds: weeks.map((_, week) =>
          counted(Math.max(0, Math.round(chance.number(20, 90) * (1 - Math.abs(week - 25 + age * 6) / 14)))),
        ),
      }));
      return { weeks, items: isBusy ? items : [] };
    },
    "GET /api/v2/stats/packages": ({ query }: Asked) => named(POPULAR, query),
    "GET /api/v2/stats/targets": ({ query }: Asked) => ({
      items: named(
        TARGETS.map(({ name }) => name),
        query,
      ).items.map(({ name, count }, index) => ({
        ...{ target: name, count, build_seconds: 14 + ((index * 7) % 40) },
      })),
    }),
    "GET /api/v2/stats/failures": ({ query }: Asked) =>
      named(["missing_package", "too_big", "conflicting_packages", "mirror_failed", "limit_exceeded"], query),
    "GET /api/v2/stats/durations": () => {
      const shares = [0.02, 0.16, 0.34, 0.22, 0.15, 0.07, 0.03, 0.01];
      const all = counted(3_900);
      const classes = CLASSES_S.map((seconds, index) => ({ seconds, builds: Math.round(all * (shares[index] ?? 0)) }));
      const p = (seconds: number) => (isBusy ? seconds : null);
      return { builds: all, classes, p50: p(19), p90: p(58), p99: p(240) };
    },
    "GET /api/v2/stats/clients": ({ query }: Asked) =>
      named(["luci/attendedsysupgrade", "owut/2025.09.01", "firmware-selector", "auc/0.3.2", "api/2"], query),
    "GET /api/v2/stats/build-errors": ({ query }: Asked) => {
      const failed = builds.all().filter(({ state }) => state === "failed");
      const items = failed.slice(0, Number(query.get("limit") ?? 100)).map(({ request, failure, finishedAt }) => ({
        ...{ at: new Date(finishedAt ?? now).toISOString(), message: failure?.message ?? "", profile: request.profile },
        ...{ target: request.target, version: request.version },
      }));
      return { items, total: failed.length };
    },
  } satisfies Partial<ServerCalls>;
}

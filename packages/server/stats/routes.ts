import { z } from "@hono/zod-openapi";
import { Name } from "../catalog/route-paths.ts";
import { operation, value } from "../http/operation.ts";

const Instant = z.iso.datetime();
const Count = z.int().min(0);
const limit = z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "How many at most." });
const branch = Name.optional().openapi({ example: "24.10" });

const NamedCounts = z
  .object({ items: z.array(z.object({ name: z.string(), count: Count })) })
  .openapi("NamedCounts", { description: "Most first." });

const Summary = z
  .object({
    queue_length: Count,
    builds_24h: Count,
    images: z.object({ total: Count, stored: Count, requested: Count, building: Count, failed: Count }),
    store: z.object({ bytes: Count, budget: Count }).openapi({
      description: "Bytes of images that are kept; when there are more than the budget, some go before their time.",
    }),
    package_names: Count.openapi({ description: "How many the catalog knows." }),
  })
  .openapi("StatsSummary");

const Days = z
  .object({
    items: z.array(z.object({ day: Instant, builds: Count, hits: Count, failures: Count, upgrade_checks: Count })),
  })
  .openapi("StatsDays", { description: "30 days, oldest first; the last one ends at the next midnight, UTC." });

const Versions = z
  .object({
    weeks: z.array(Instant).openapi({ description: "26, oldest first." }),
    items: z.array(z.object({ version: z.string(), builds: z.array(Count) })),
  })
  .openapi("StatsVersions");

const Targets = z
  .object({ items: z.array(z.object({ target: z.string(), count: Count, build_seconds: z.number().nullable() })) })
  .openapi("StatsTargets");

const Durations = z
  .object({
    builds: Count,
    p50: z.number().nullable(),
    p90: z.number().nullable(),
    p99: z.number().nullable(),
    classes: z.array(z.object({ seconds: Count, builds: Count })).openapi({
      description: "Builds that took at most so many seconds, and more than those of the class before.",
    }),
  })
  .openapi("StatsDurations", {
    description: "Seconds; `p90`: nine of ten builds took at most that long, as good as the classes tell.",
  });

const Errors = z
  .object({
    total: Count,
    items: z.array(
      z.object({ at: Instant, version: z.string(), target: z.string(), profile: z.string(), message: z.string() }),
    ),
  })
  .openapi("BuildErrors", { description: "Newest first; 5,000 are kept." });

const ofStats = { method: "get", tag: "stats" } as const;

/** What happens on this server, counted. Who asks, and why builds fail, is for the operator. */
export const statsOperations = [
  operation({
    ...ofStats,
    path: "/api/v2/stats/summary",
    id: "getStats",
    summary: "How much there is, and how much is going on",
    answer: Summary,
    async handle(_, { stats, catalog, config }) {
      const [builds24h, images, bytes, names] = await Promise.all([
        stats.builds24h(),
        stats.imageStats(),
        stats.keptBytes(),
        catalog.countPackageNames(),
      ]);
      const store = { bytes, budget: config.store.budget };
      return value({ queue_length: stats.queueLength(), builds_24h: builds24h, images, store, package_names: names });
    },
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/days",
    id: "getStatsByDay",
    summary: "Builds and upgrade checks of each of the last 30 days",
    answer: Days,
    async handle(_, { stats }) {
      const [builds, checks] = await Promise.all([stats.buildsPerDay(), stats.upgradeChecksPerDay()]);
      const items = builds.map(({ day, requests, hits, failures }, at) => ({
        day: day.toISOString(),
        builds: requests,
        hits,
        failures,
        upgrade_checks: checks[at]?.count ?? 0,
      }));
      return value({ items });
    },
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/versions",
    id: "getStatsByVersion",
    summary: "Builds of each version in each of the last 26 weeks",
    query: z.strictObject({ branch }),
    answer: Versions,
    async handle({ query }, { stats }) {
      const { weeks, versions } = await stats.buildsByVersion(query.branch);
      return value({
        weeks: weeks.map((week) => week.toISOString()),
        items: [...versions].map(([version, builds]) => ({ version, builds: [...builds] })),
      });
    },
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/packages",
    id: "getStatsByPackage",
    summary: "Packages that were asked for most in the last 30 days",
    query: z.strictObject({ branch, limit }),
    answer: NamedCounts,
    handle: async ({ query }, { stats }) => value({ items: [...(await stats.topPackages(query.limit, query.branch))] }),
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/targets",
    id: "getStatsByTarget",
    summary: "Targets that most images were built for",
    query: z.strictObject({ limit }),
    answer: Targets,
    async handle({ query }, { stats }) {
      const targets = await stats.popularTargets(query.limit);
      return value({
        items: targets.map(({ target, count, buildSeconds }) => ({ target, count, build_seconds: buildSeconds })),
      });
    },
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/failures",
    id: "getStatsByFailure",
    summary: "Causes that builds failed for in the last 30 days, by their codes",
    query: z.strictObject({ limit }),
    answer: NamedCounts,
    handle: async ({ query }, { stats }) => value({ items: [...(await stats.failures(query.limit))] }),
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/durations",
    id: "getStatsOfDurations",
    summary: "How long builds took in the last 30 days",
    answer: Durations,
    async handle(_, { stats }) {
      const { classes, ...figures } = await stats.durations();
      return value({ ...figures, classes: [...classes] });
    },
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/clients",
    id: "getStatsByClient",
    summary: "Programs that asked for builds in the last 30 days",
    scope: "stats:read",
    query: z.strictObject({ limit }),
    answer: NamedCounts,
    handle: async ({ query }, { stats }) => value({ items: [...(await stats.clients(query.limit))] }),
  }),
  operation({
    ...ofStats,
    path: "/api/v2/stats/build-errors",
    id: "listBuildErrors",
    summary: "Why builds failed",
    scope: "stats:read",
    query: z.strictObject({ limit }),
    answer: Errors,
    async handle({ query }, { stats }) {
      const { total, entries } = await stats.buildErrors(query.limit);
      return value({ total, items: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })) });
    },
  }),
];

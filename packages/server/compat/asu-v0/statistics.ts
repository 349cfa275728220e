import type { ServerParts } from "../../http/parts.ts";

/** As long as the first generation's lists were. */
const LONGEST = 50;

/** What is at `/api/v1/stats/<name>`: those of the original's source, and those its README names. (asu-v0 §2.2, §2.6) */
export const STATISTICS: Readonly<Record<string, (parts: Pick<ServerParts, "stats" | "catalog">) => Promise<unknown>>> =
  {
    image_stats: async ({ stats }) => {
      const { total, stored, requested } = await stats.imageStats();
      return { total, stored, requested };
    },
    images: async ({ stats }) => {
      const { total, stored, requested, building, failed } = await stats.imageStats();
      return { total, stored, requested, building, failed };
    },
    packages: async ({ catalog }) => ({ packages: await catalog.countPackageNames() }),
    popular_targets: async ({ stats }) => {
      const targets = await stats.popularTargets(LONGEST);
      return targets.map(({ target, count, buildSeconds }) => ({ target, count, build_seconds: buildSeconds }));
    },
    popular_packages: async ({ stats }) => {
      const packages = await stats.popularPackages(LONGEST);
      return packages.map(({ name, count }) => ({ name, package_name: name, count }));
    },
    // Rows of builds; there are none before there are builds.
    images_latest: async () => [],
    fails_latest: async () => [],
  };

import type { ServerParts } from "../../http/parts.ts";
import { imageRow, withoutZone } from "./image-rows.ts";
import { listedVersion } from "./version-names.ts";

/** As long as the first generation's lists were. */
const LONGEST = 50;

type Parts = Pick<ServerParts, "stats" | "catalog" | "images">;

/** What is at `/api/v1/stats/<name>`: those of the original's source, and those its README names. (asu-v0 §2.2, §2.6) */
export const STATISTICS: Readonly<Record<string, (parts: Parts) => Promise<unknown>>> = {
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
  // Those that this dialect's clients have been told of: a list of all builds needs a token (contract server.md §5).
  images_latest: async ({ images, catalog }) => {
    const latest = await images.latest(LONGEST);
    return latest.map((image) => imageRow(catalog, image));
  },
  fails_latest: async ({ stats }) => {
    const { entries } = await stats.buildErrors(LONGEST);
    return entries.map(({ at, version, target, profile, message }) => ({
      version: listedVersion(version),
      target,
      profile,
      request_status: "build_fail",
      request_date: withoutZone(at.getTime()),
      error: message,
    }));
  },
};

import { z } from "@hono/zod-openapi";
import { ServerError } from "../error.ts";
import { operation, value } from "../http/operation.ts";
import { page, paging } from "../http/page.ts";
import { provenanceOf } from "./answers.ts";
import { findPackages } from "./find-packages.ts";
import { PackageDetail, PackageList } from "./package-answers.ts";
import { Name, ofCatalog, ofTarget, Query, TARGET, UPSTREAM } from "./route-paths.ts";
import type { Package } from "./types.ts";

/** What a target's images can be made of. */
export const packageOperations = [
  operation({
    ...ofCatalog,
    path: `${TARGET}/packages`,
    id: "findPackages",
    summary: "Packages that a target can have, by name and description",
    params: ofTarget,
    query: z.strictObject({
      query: Query,
      feed: Name.optional().openapi({ description: "`base`, `luci`, `target`, …" }),
      ...paging,
    }),
    answer: PackageList,
    errors: ["unknown_distribution", "unknown_version", "unknown_target", ...UPSTREAM],
    async handle({ params, query: { query, feed, limit, cursor }, path }, { catalog }) {
      const version = await catalog.version(params.distribution, params.version);
      const known = await catalog.packages(version, `${params.target}/${params.subtarget}`);
      const found = findPackages(known.value, query, feed);
      const scope = `${path} ${feed} ${query}`;
      const { items, next } = page(found, { limit, cursor, scope, keyOf: ({ name }) => name });
      return value({ items: items.map(packageAnswer), next, ...provenanceOf(known) });
    },
  }),
  operation({
    ...ofCatalog,
    path: `${TARGET}/packages/{package}`,
    id: "getPackage",
    summary: "A package that a target can have, with all that is known of it",
    params: ofTarget.extend({ package: Name.openapi({ example: "luci" }) }),
    answer: PackageDetail,
    errors: ["not_found", "unknown_distribution", "unknown_version", "unknown_target", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      const version = await catalog.version(params.distribution, params.version);
      const target = `${params.target}/${params.subtarget}`;
      const known = await catalog.packages(version, target);
      const found = known.value.find(({ name }) => name === params.package);
      if (!found) {
        const sentence = `There is no package ${params.package} for ${target} of ${version.name}.`;
        throw new ServerError("not_found", sentence, { fields: { package: params.package } });
      }
      return value({
        ...packageAnswer(found),
        conflicts: [...found.conflicts],
        provides: [...found.provides],
        abi: found.abi,
        ...provenanceOf(known),
      });
    },
  }),
];

function packageAnswer({ name, version, feed, description, size, installedSize, depends }: Package) {
  return { name, version, feed, description, size, installed_size: installedSize, depends: [...depends] };
}

import { z } from "@hono/zod-openapi";
import { kept, operation, value } from "../http/operation.ts";
import { page, paging } from "../http/page.ts";
import {
  BranchList,
  DistributionDetail,
  DistributionList,
  digestOf,
  provenanceOf,
  VersionAnswer,
  VersionList,
  versionAnswer,
} from "./answers.ts";
import { packageOperations } from "./package-routes.ts";
import { resourceOperations } from "./resource-routes.ts";
import {
  DISTRIBUTION,
  DISTRIBUTIONS,
  Name,
  ofCatalog,
  ofDistribution,
  ofVersion,
  UPSTREAM,
  VERSION,
} from "./route-paths.ts";
import { targetOperations } from "./target-routes.ts";
import type { Distribution } from "./types.ts";

/** What there is to build and to upgrade to. All may be asked for with If-None-Match. */
export const catalogOperations = [
  operation({
    ...ofCatalog,
    path: DISTRIBUTIONS,
    id: "listDistributions",
    summary: "The distributions that are served",
    answer: DistributionList,
    handle: (_, { catalog }) => value({ items: catalog.distributions.map(distributionAnswer), next: null }),
  }),
  operation({
    ...ofCatalog,
    path: DISTRIBUTION,
    id: "getDistribution",
    summary: "A distribution, with its newest versions",
    params: ofDistribution,
    answer: DistributionDetail,
    errors: ["unknown_distribution", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      const distribution = catalog.distribution(params.distribution);
      const known = await catalog.releases(distribution.name);
      return kept(digestOf(known), () => ({
        ...distributionAnswer(distribution),
        stable: known.value.stable?.name ?? null,
        oldstable: known.value.oldstable?.name ?? null,
        upcoming: known.value.upcoming?.name ?? null,
        starting_points: distribution.startingPoints.map(({ version, targets }) => ({
          version,
          targets: [...targets],
        })),
        ...provenanceOf(known),
      }));
    },
  }),
  operation({
    ...ofCatalog,
    path: `${DISTRIBUTION}/branches`,
    id: "listBranches",
    summary: "A distribution's branches, newest first",
    params: ofDistribution,
    answer: BranchList,
    errors: ["unknown_distribution", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      const known = await catalog.releases(catalog.distribution(params.distribution).name);
      return kept(digestOf(known), () => ({
        items: known.value.branches.map(({ name, enabled, snapshot, path, branchOffRev, versions }) => ({
          name,
          enabled,
          snapshot,
          path,
          branch_off_rev: branchOffRev,
          versions: versions.map((version) => version.name),
        })),
        next: null,
        ...provenanceOf(known),
      }));
    },
  }),
  operation({
    ...ofCatalog,
    path: `${DISTRIBUTION}/versions`,
    id: "listVersions",
    summary: "Versions that images can be had of, newest first",
    params: ofDistribution,
    query: z.strictObject({
      branch: Name.optional(),
      kind: z.enum(["release", "candidate", "snapshot"]).optional(),
      ...paging,
    }),
    answer: VersionList,
    errors: ["unknown_distribution", ...UPSTREAM],
    async handle({ params, query: { branch, kind, limit, cursor }, path }, { catalog }) {
      const known = await catalog.releases(catalog.distribution(params.distribution).name);
      const versions = known.value.versions.filter(
        (version) => (!branch || version.branch === branch) && (!kind || version.kind === kind),
      );
      const scope = `${path} ${branch} ${kind}`;
      const { items, next } = page(versions, { limit, cursor, scope, keyOf: ({ name }) => name });
      return value({ items: items.map(versionAnswer), next, ...provenanceOf(known) });
    },
  }),
  operation({
    ...ofCatalog,
    path: VERSION,
    id: "getVersion",
    summary: "A version; one that was just released is found, too",
    params: ofVersion,
    answer: VersionAnswer,
    errors: ["unknown_distribution", "unknown_version", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      return value(versionAnswer(await catalog.version(params.distribution, params.version)));
    },
  }),
  ...targetOperations,
  ...packageOperations,
  ...resourceOperations,
];

function distributionAnswer({ name, title, description, upstreamUrl, parent, continuedBy }: Distribution) {
  return { name, title, description, upstream_url: upstreamUrl, parent, continued_by: continuedBy };
}

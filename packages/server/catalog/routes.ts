import { z } from "@hono/zod-openapi";
import { ServerError } from "../error.ts";
import { kept, operation, value } from "../http/operation.ts";
import { page, paging } from "../http/page.ts";
import {
  BranchList,
  DistributionDetail,
  DistributionList,
  digestOf,
  imageAnswers,
  ModelList,
  PackageDetail,
  PackageList,
  ProfileDetail,
  provenanceOf,
  TargetDetail,
  TargetList,
  titleAnswers,
  VersionAnswer,
  VersionList,
  versionAnswer,
} from "./answers.ts";
import { findModels } from "./find-models.ts";
import { findPackages } from "./find-packages.ts";
import { resourceOperations } from "./resource-routes.ts";
import type { Distribution, Package } from "./types.ts";

const Name = z.string().regex(/^[\w.,+~-]{1,100}$/, "a name has letters, digits and . , + ~ - _");
const Query = z.string().max(200).default("").openapi({ description: "Words in any order, as somebody types them." });

const ofDistribution = z.object({ distribution: Name.openapi({ example: "openwrt" }) });
const ofVersion = ofDistribution.extend({ version: Name.openapi({ example: "24.10.1" }) });
const ofTarget = ofVersion.extend({
  target: Name.openapi({ example: "ath79" }),
  subtarget: Name.openapi({ example: "generic" }),
});

const DISTRIBUTIONS = "/api/v2/distributions";
const DISTRIBUTION = `${DISTRIBUTIONS}/{distribution}`;
const VERSION = `${DISTRIBUTION}/versions/{version}`;
const TARGET = `${VERSION}/targets/{target}/{subtarget}`;

const ofCatalog = { tag: "catalog", method: "get" } as const;
const UPSTREAM = ["not_loaded", "upstream_refused"] as const;

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
  operation({
    ...ofCatalog,
    path: `${VERSION}/targets`,
    id: "listTargets",
    summary: "A version's targets, with the architecture of their packages",
    params: ofVersion,
    answer: TargetList,
    errors: ["unknown_distribution", "unknown_version", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      const known = await catalog.targets(await catalog.version(params.distribution, params.version));
      return kept(digestOf(known), () => ({
        items: [...known.value].map(([name, architecture]) => ({ name, architecture })),
        next: null,
        ...provenanceOf(known),
      }));
    },
  }),
  operation({
    ...ofCatalog,
    path: TARGET,
    id: "getTarget",
    summary: "A target: its revision, its default packages and its profiles",
    params: ofTarget,
    answer: TargetDetail,
    errors: ["unknown_distribution", "unknown_version", "unknown_target", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      const version = await catalog.version(params.distribution, params.version);
      const known = await catalog.target(version, `${params.target}/${params.subtarget}`);
      const { name, architecture, versionCode, versionNumber, sourceDateEpoch, defaultPackages, kmods, profiles } =
        known.value;
      return kept(digestOf(known), () => ({
        name,
        architecture,
        version_code: versionCode,
        version_number: versionNumber,
        source_date: sourceDateEpoch === null ? null : new Date(sourceDateEpoch * 1000).toISOString(),
        default_packages: [...defaultPackages],
        kmods,
        profiles: [...profiles.values()].map(({ name, titles }) => ({ name, titles: titleAnswers(titles) })),
        ...provenanceOf(known),
      }));
    },
  }),
  operation({
    ...ofCatalog,
    path: `${TARGET}/profiles/{profile}`,
    id: "getProfile",
    summary: "A profile, by its name or by a board name of its devices",
    params: ofTarget.extend({ profile: Name.openapi({ example: "tplink_archer-c7-v5" }) }),
    answer: ProfileDetail,
    errors: ["unknown_distribution", "unknown_version", "unknown_target", "unknown_profile", ...UPSTREAM],
    async handle({ params }, { catalog }) {
      const version = await catalog.version(params.distribution, params.version);
      const known = await catalog.target(version, `${params.target}/${params.subtarget}`);
      const { profiles, aliases, name: target } = known.value;
      const asked = params.profile.replaceAll(",", "_");
      const profile = profiles.get(aliases.get(asked) ?? asked);
      if (!profile) {
        const sentence = `${target} of ${version.name} has no profile ${params.profile}.`;
        throw new ServerError("unknown_profile", sentence, { fields: { profile: params.profile } });
      }
      return kept(digestOf(known), () => ({
        name: profile.name,
        target,
        titles: titleAnswers(profile.titles),
        device_packages: [...profile.devicePackages],
        supported_devices: [...profile.supportedDevices],
        images: imageAnswers(profile.raw.images),
        ...provenanceOf(known),
      }));
    },
  }),
  operation({
    ...ofCatalog,
    path: `${VERSION}/models`,
    id: "findModels",
    summary: "Devices by what somebody types of their name, best match first",
    params: ofVersion,
    query: z.strictObject({ query: Query, ...paging }),
    answer: ModelList,
    errors: ["unknown_distribution", "unknown_version", ...UPSTREAM],
    async handle({ params, query: { query, limit, cursor }, path }, { catalog }) {
      const known = await catalog.models(await catalog.version(params.distribution, params.version));
      const { items, next } = page(findModels(known.value, query), {
        limit,
        cursor,
        scope: `${path} ${query}`,
        keyOf: ({ target, profile }) => `${target} ${profile}`,
      });
      const models = items.map(({ profile, target, titles }) => ({ profile, target, titles: titleAnswers(titles) }));
      return value({ items: models, next, ...provenanceOf(known) });
    },
  }),
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
        const sentence = `${target} of ${version.name} has no package ${params.package}.`;
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
  ...resourceOperations,
];

function distributionAnswer({ name, title, description, upstreamUrl, parent, continuedBy }: Distribution) {
  return { name, title, description, upstream_url: upstreamUrl, parent, continued_by: continuedBy };
}

function packageAnswer({ name, version, feed, description, size, installedSize, depends }: Package) {
  return { name, version, feed, description, size, installed_size: installedSize, depends: [...depends] };
}

import { z } from "@hono/zod-openapi";
import { kept, operation, value } from "../http/operation.ts";
import { page, paging } from "../http/page.ts";
import { digestOf, provenanceOf } from "./answers.ts";
import { findModels } from "./find-models.ts";
import { profileNamed } from "./find-profile.ts";
import { imageLimit } from "./image-limit.ts";
import { Name, ofCatalog, ofTarget, ofVersion, Query, TARGET, UPSTREAM, VERSION } from "./route-paths.ts";
import { imageAnswers, ModelList, ProfileDetail, TargetDetail, TargetList, titleAnswers } from "./target-answers.ts";

/** What a version can be built for: targets, their profiles, and devices by their names. */
export const targetOperations = [
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
      const profile = profileNamed(known.value, params.profile, version);
      return kept(digestOf(known), () => ({
        name: profile.name,
        target: known.value.name,
        titles: titleAnswers(profile.titles),
        device_packages: [...profile.devicePackages],
        supported_devices: [...profile.supportedDevices],
        images: imageAnswers(profile.raw.images),
        image_limit: imageLimit(profile),
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
];

import { z } from "@hono/zod-openapi";
import { PackageName } from "../builds/build-request-body.ts";
import { unknownPackages } from "../builds/resolve-question.ts";
import { provenanceOf } from "../catalog/answers.ts";
import { profileNamed } from "../catalog/find-profile.ts";
import { Name, ofTarget, TARGET, UPSTREAM } from "../catalog/route-paths.ts";
import { operation, value } from "../http/operation.ts";
import { PackageSetAnswer, packageSetAnswer } from "./answers.ts";
import { imageRoom } from "./image-room.ts";
import { lookupIn } from "./lookup.ts";
import { packageSet } from "./package-set.ts";

/** More than any device has room for; each costs a look at all it depends on. */
const MOST_NAMES = 500;

const Body = z
  .strictObject({
    profile: Name.nullable()
      .default(null)
      .openapi({ description: "A profile or a board's name; null: what all devices of the target have." }),
    packages: z
      .array(PackageName)
      .max(MOST_NAMES)
      .default([])
      .openapi({ description: "Besides what the device has anyway; `-name` leaves one out." }),
    only: z.boolean().default(false).openapi({ description: "`packages` is all there should be." }),
  })
  .openapi("PackageChoice");

/** What a choice of packages comes to, before anything is built. */
export const packageSetOperations = [
  operation({
    method: "post",
    path: `${TARGET}/package-sets`,
    id: "resolvePackages",
    tag: "catalog",
    summary: "What a choice of packages comes to: all that would be installed, its size, and what can't be had",
    params: ofTarget,
    body: Body,
    answer: PackageSetAnswer,
    errors: ["unknown_distribution", "unknown_version", "unknown_target", "unknown_profile", ...UPSTREAM],
    async handle({ params, body }, { catalog }) {
      const version = await catalog.version(params.distribution, params.version);
      const { value: target } = await catalog.target(version, `${params.target}/${params.subtarget}`);
      const profile = body.profile === null ? null : profileNamed(target, body.profile, version);
      const asked = body.packages.map((name) => name.replace(/^\+/, ""));
      const known = await catalog.packages(version, target.name);
      const { generation } = (await catalog.targetPackages(version, target.name)).value;
      const set = packageSet(lookupIn(known.value), {
        brought: [...target.defaultPackages, ...(profile?.devicePackages ?? [])],
        asked,
        only: body.only,
        generation,
      });
      const unknown = await unknownPackages(catalog, { version, target }, asked);
      const room = imageRoom({ raw: profile?.raw ?? {} }, set.total.size - set.own.size);
      return value({ ...packageSetAnswer(set, unknown, room), ...provenanceOf(known) });
    },
  }),
];

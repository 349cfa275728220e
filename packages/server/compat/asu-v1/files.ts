import { findProfile } from "../../catalog/find-profile.ts";
import type { Known, PackageIndex, Profile, Target, Version } from "../../catalog/types.ts";
import type { ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { answerJson, answerNotFound, type ShownDocument } from "./answers.ts";
import { distributionOf } from "./documents.ts";
import { type JsonPath, parseJsonPath } from "./json-path.ts";
import { pythonTime } from "./python-text.ts";
import { isUnknown, versionAt, versionOfPackages } from "./versions.ts";

/** What `/json/v1/…` has of a version: package indexes and profiles. `path` is what stands behind `/json/v1/`. */
export async function answerFile(parts: ServerParts, path: string): Promise<Response | ShownDocument> {
  const asked = parseJsonPath(path);
  if (!asked) return answerNotFound();
  const distribution = distributionOf(parts);
  const version =
    asked.kind === "architecture-packages"
      ? await versionOfPackages(parts.catalog, distribution, asked.packagesPath)
      : await versionAt(parts.catalog, distribution, asked.versionPath);
  if (!version) return answerNotFound();
  try {
    return await ANSWERS[asked.kind](parts, version, asked as never);
  } catch (error) {
    if (isUnknown(error, "unknown_target") || isUnknown(error, "unknown_architecture")) return answerNotFound();
    throw error;
  }
}

type Answers = {
  [Kind in JsonPath["kind"]]: (
    parts: ServerParts,
    version: Version,
    asked: Extract<JsonPath, { kind: Kind }>,
  ) => Promise<Response | ShownDocument>;
};

const ANSWERS: Answers = {
  "target-packages": async (parts, version, { target }) => {
    const known = await parts.catalog.targetPackages(version, target);
    const architecture = known.value.architecture ?? (await architectureOf(parts, version, target));
    return shown(parts, known, `${version.path}/${target}`, () => ({
      architecture,
      packages: versionsOf(known.value),
    }));
  },

  "architecture-packages": async (parts, version, { architecture }) => {
    const known = await parts.catalog.architecturePackages(version, architecture);
    return shown(parts, known, `${version.path}/packages/${architecture}`, () => versionsOf(known.value));
  },

  profile: async (parts, version, asked) => {
    const known = await parts.catalog.target(version, asked.target);
    const profile = findProfile(known.value, asked.profile);
    if (!profile) return answerJson({});
    return shown(parts, known, `${version.path}/${asked.target}/profiles/${profile.name}`, () =>
      profileDocument(known.value, profile),
    );
  },
};

/** A profile with all that holds for its target, and when it was built, as clients before 2020's end want it in one. */
function profileDocument(target: Target, profile: Profile): Record<string, unknown> {
  const { profiles: _, ...raw } = target.raw;
  return { ...raw, ...profile.raw, id: profile.name, build_at: pythonTime((target.sourceDateEpoch ?? 0) * 1000) };
}

async function architectureOf(parts: ServerParts, version: Version, target: string): Promise<string> {
  const targets = await parts.catalog.targets(version);
  return targets.value.get(target) ?? "";
}

function versionsOf(index: PackageIndex): Record<string, string> {
  return Object.fromEntries(index.versions);
}

function shown(
  { representations }: Pick<ServerParts, "representations">,
  known: Known<unknown>,
  name: string,
  make: () => unknown,
): ShownDocument {
  const representation = representations.get(`asu-v1 file ${name}`, known.digest, () => Representation.json(make()));
  return { known, representation };
}

import { MIRROR_KEYS } from "@pawl/testkit";
import type { BuildRecipe } from "../../../types.ts";

/** All that a tree depends on, and nothing else: an ordinary build of that version and target, from a mirror that signs. */
export function recipeFor(
  mirrorUrl: string,
  version: string,
  target: string,
  more: Partial<BuildRecipe> = {},
): BuildRecipe {
  const folder = version === "SNAPSHOT" ? "snapshots" : `releases/${version}`;
  return {
    builder: "openwrt-imagebuilder",
    inputs: {
      distribution: "openwrt",
      version,
      versionCode: "r1-0123456789",
      isVersionCodeAsked: false,
      target,
      profile: "generic",
      packages: [],
      packagesVersions: {},
      diffPackages: false,
      filesystem: null,
      defaults: null,
      rootfsSizeMb: null,
      repositories: {},
      repositoriesMode: "append",
      repositoryKeys: [],
    },
    packages: [],
    changes: [],
    upstreamUrl: mirrorUrl,
    canonicalUrl: "https://downloads.openwrt.org",
    targetPath: `${folder}/targets/${target}`,
    feeds: [],
    keys: { usign: [MIRROR_KEYS.usign.public], apk: [MIRROR_KEYS.apk.pem] },
    repositoryAllowList: [],
    limits: { timeMs: 1, memoryBytes: 1, diskBytes: 1, processes: 1, logBytes: 1 },
    ...more,
  };
}

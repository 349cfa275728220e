import type { BuildInputs } from "../../../builds/types.ts";
import type { BuildRecipe } from "../../types.ts";

const INPUTS: BuildInputs = {
  distribution: "openwrt",
  version: "24.10.5",
  versionCode: "",
  isVersionCodeAsked: false,
  target: "ath79/generic",
  profile: "tplink_archer-c7-v2",
  packages: [],
  packagesVersions: {},
  diffPackages: false,
  filesystem: null,
  defaults: null,
  rootfsSizeMb: null,
  repositories: {},
  repositoriesMode: "replace",
  repositoryKeys: [],
};

const RECIPE: Omit<BuildRecipe, "inputs" | "packages" | "targetPath"> = {
  builder: "openwrt-imagebuilder",
  changes: [],
  upstreamUrl: "https://downloads.openwrt.org",
  canonicalUrl: "https://downloads.openwrt.org",
  feeds: [],
  keys: { usign: [], apk: [] },
  feedKeys: { usign: [], apk: [] },
  repositoryAllowList: [],
  limits: {
    timeMs: 600_000,
    memoryBytes: 1024 * 1024 * 1024,
    diskBytes: 1024 * 1024 * 1024,
    processes: 256,
    logBytes: 2 * 1024 * 1024,
  },
};

/** What a worker is told, for a build that asks for nothing but what is given here. */
export function recipeOf(given: Partial<BuildInputs> & Partial<Omit<BuildRecipe, "inputs">> = {}): BuildRecipe {
  const inputs = only(INPUTS, given);
  const folder = inputs.version === "SNAPSHOT" ? "snapshots" : `releases/${inputs.version}`;
  return {
    ...RECIPE,
    ...only(RECIPE, given),
    inputs,
    packages: given.packages ?? inputs.packages,
    targetPath: `${folder}/targets/${inputs.target}`,
  };
}

/** `base` with those values of `given` that it has a field for. */
function only<T extends object>(base: T, given: object): T {
  return { ...base, ...Object.fromEntries(Object.entries(given).filter(([name]) => name in base)) };
}

import type { BuildLimits, BuildRecipe } from "../builders/types.ts";
import type { Catalog } from "../catalog/types.ts";
import type { ServerConfig } from "../config/schema.ts";
import type { UpgradeFacts } from "../upgrades/types.ts";
import { makeRecipe } from "./recipe.ts";
import type { BuildInputs } from "./types.ts";

export interface BuildFactsOptions {
  catalog: Pick<Catalog, "distribution" | "version" | "target">;
  /** By distribution. */
  upgradeFacts: ReadonlyMap<string, Pick<UpgradeFacts, "buildRows">>;
  config: Pick<ServerConfig, "builds">;
  /** Which builder makes images. Default `openwrt-imagebuilder`. */
  builder?: string;
}

/** What a worker is told of a build, and which state of the catalog that comes from. */
export interface BuildFacts {
  recipe: BuildRecipe;
  catalogDigest: string;
}

/** May wait for the mirror. @throws unknown_…, not_loaded */
export async function factsOf(
  inputs: BuildInputs,
  { catalog, upgradeFacts, config, builder = "openwrt-imagebuilder" }: BuildFactsOptions,
  signal?: AbortSignal,
): Promise<BuildFacts> {
  const distribution = catalog.distribution(inputs.distribution);
  const version = await catalog.version(inputs.distribution, inputs.version, signal);
  const target = await catalog.target(version, inputs.target, signal);
  const recipe = makeRecipe(inputs, {
    distribution,
    source: catalog.distribution(distribution.continuedBy ?? distribution.parent?.distribution ?? distribution.name),
    version,
    target: target.value,
    upgradeFacts: upgradeFacts.get(distribution.name) ?? { buildRows: [] },
    builder,
    limits: limitsOf(config.builds.limits),
    repositoryAllowList: config.builds.repository_allow_list,
  });
  return { recipe, catalogDigest: target.digest };
}

function limitsOf({ time, memory, disk, processes, log }: ServerConfig["builds"]["limits"]): BuildLimits {
  return { timeMs: time, memoryBytes: memory, diskBytes: disk, processes, logBytes: log };
}

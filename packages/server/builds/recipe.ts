import type { BuildLimits, BuildRecipe } from "../builders/types.ts";
import { repositoryKey } from "../catalog/paths.ts";
import type { Distribution, Target, Version } from "../catalog/types.ts";
import { applyBuildChanges } from "../upgrades/build-changes.ts";
import type { UpgradeFacts } from "../upgrades/types.ts";
import type { BuildInputs } from "./types.ts";

export interface RecipeFacts {
  distribution: Distribution;
  /** Whose ImageBuilders, and whose signatures; the distribution itself where it has its own. */
  source: Distribution;
  version: Version;
  target: Target;
  upgradeFacts: Pick<UpgradeFacts, "buildRows">;
  builder: string;
  limits: BuildLimits;
  repositoryAllowList: readonly string[];
}

/** All that a worker has to know, and no more than everybody may know: addresses are without user names. Pure. */
export function makeRecipe(inputs: BuildInputs, facts: RecipeFacts): BuildRecipe {
  const { distribution, source, version, target } = facts;
  const { packages, changes } = applyBuildChanges(
    version,
    inputs.target,
    inputs.profile,
    inputs.packages,
    facts.upgradeFacts,
  );
  return {
    builder: facts.builder,
    inputs,
    packages,
    changes,
    // Where the ImageBuilder is, and the feeds it names; a distribution's own feeds are whole addresses.
    upstreamUrl: source.upstreamUrl,
    canonicalUrl: source.canonicalUrl,
    targetPath: `${version.path}/targets/${inputs.target}`,
    feeds: feedsOf(distribution, version, target),
    keys: source.keys,
    feedKeys: distribution.keys,
    repositoryAllowList: facts.repositoryAllowList,
    limits: facts.limits,
  };
}

/** What a distribution with a parent adds to the parent's feeds. */
function feedsOf({ name, parent, repositories }: Distribution, version: Version, target: Target): string[] {
  const words = { parentVersion: parent?.version ?? "", target: target.name, architecture: target.architecture };
  return repositories.map((template) => repositoryKey(name, version, template, words).path);
}

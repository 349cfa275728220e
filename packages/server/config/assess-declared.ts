import { error, type Finding, warning } from "@pawl/device/config-file";
import type { DistributionFacts } from "../catalog/facts.ts";
import { Keyring } from "../catalog/upstream/index.ts";
import { ServerError } from "../error.ts";
import type { ServerConfig } from "./schema.ts";

/** What only goes wrong once the facts that ship with Pawl are known. */
export function assessDeclared(config: ServerConfig, distributions: readonly DistributionFacts[]): Finding[] {
  return [
    ...distributions.filter((facts) => hasOwnKeys(facts, config)).flatMap(assessKeys),
    ...distributions.flatMap(assessStable),
    ...assessAsu(config, distributions),
  ];
}

/** One that is continued has its successor's keys: what is wrong with them is said there. */
function hasOwnKeys({ name, continuedBy }: DistributionFacts, { distributions }: ServerConfig): boolean {
  return continuedBy === null || distributions[name]?.keys !== undefined;
}

function assessKeys({ name, keys }: DistributionFacts): Finding[] {
  try {
    Keyring.parse(keys);
    return [];
  } catch (failure) {
    if (!(failure instanceof ServerError)) throw failure;
    return [error(["distributions", name, "keys"], `Distribution ${name}: ${failure.message.replace(/\.$/, "")}`)];
  }
}

/** With a parent there are those versions that are declared, and no others. */
function assessStable({ name, parent, stableVersion, versions }: DistributionFacts): Finding[] {
  if (stableVersion === null || versions.length === 0 || versions.includes(stableVersion)) return [];
  const path = ["distributions", name, "stable_version"];
  const sentence = `Distribution ${name} has stable_version ${stableVersion}, which isn't among its versions`;
  const hint = `one of ${versions.join(", ")}`;
  return [
    parent ? error(path, sentence, hint) : warning(path, sentence, "it is offered even if upstream hasn't got it"),
  ];
}

function assessAsu(
  { compat, distributions: said }: ServerConfig,
  distributions: readonly DistributionFacts[],
): Finding[] {
  const { distribution } = compat.asu_v1;
  if (distributions.some(({ name }) => name === distribution)) return [];
  const path = ["compat", "asu_v1", "distribution"];
  const names = distributions.map(({ name }) => name).join(", ");
  // Whoever turns OpenWrt off may not care for its clients.
  if (said[distribution]?.enabled === false) {
    const sentence = `compat.asu_v1.distribution is ${distribution}, which is not enabled: its clients find nothing`;
    return [warning(path, sentence, `one of ${names}`)];
  }
  const sentence = `compat.asu_v1.distribution is ${distribution}, which is not declared`;
  return [error(path, sentence, `one of ${names}`)];
}

import { error, type Finding } from "@pawl/device/config-file";
import { type DistributionFacts, loadDistributions } from "../catalog/facts.ts";
import { ServerError } from "../error.ts";
import { loadAllUpgradeFacts } from "../upgrades/all-facts.ts";
import type { UpgradeFacts } from "../upgrades/types.ts";
import { assessDeclared } from "./assess-declared.ts";
import { dataFindings, folderFindings } from "./folders.ts";
import type { DistributionConfig, ServerConfig } from "./schema.ts";

/** What a configuration makes of the facts that ship with Pawl. */
export interface Declared {
  distributions: readonly DistributionFacts[];
  /** By the distribution's name. */
  upgradeFacts: ReadonlyMap<string, UpgradeFacts>;
}

/**
 * The distributions with their facts, as a server is made of them.
 * @throws ServerError `config_invalid`: every error that `pawl config check` tells of it, one a line.
 */
export async function loadDeclared(config: ServerConfig): Promise<Declared> {
  const { declared, findings } = await findDeclared(config);
  const problems = findings.filter(({ severity }) => severity === "error").map(({ message }) => `${message}.`);
  if (problems.length === 0) return declared;
  throw new ServerError("config_invalid", problems.join("\n"), { fields: { problems } });
}

/**
 * All that is wrong with what is declared, and with the folders that are named; none of them is made. What has an error
 * is declared without what was said of it.
 */
export async function findDeclared(config: ServerConfig): Promise<{ declared: Declared; findings: Finding[] }> {
  const findings = await dataFindings(config);
  const distributions = await sortOut(config.distributions, findings);
  findings.push(...assessDeclared(config, distributions), ...(await folderFindings(config)));
  const upgradeFacts = await loadAllUpgradeFacts(distributions, config.distributions).catch((failure: unknown) => {
    findings.push(error(["distributions"], unended(invalid(failure))));
    return new Map<string, UpgradeFacts>();
  });
  return { declared: { distributions, upgradeFacts }, findings };
}

/** An error of one distribution doesn't hide those of others: it is looked on as if only its address and keys were said. */
async function sortOut(
  configured: Readonly<Record<string, DistributionConfig>>,
  findings: Finding[],
): Promise<readonly DistributionFacts[]> {
  const left = { ...configured };
  const wrong = new Set<string>();
  for (;;) {
    try {
      return await loadDistributions(left);
    } catch (failure) {
      const reason = invalid(failure);
      const name = Object.keys(left).find((one) => isAbout(reason.fields.where, one, left[one]));
      findings.push(error(name === undefined ? ["distributions"] : ["distributions", name], unended(reason)));
      if (name === undefined || wrong.has(name)) return [];
      wrong.add(name);
      const { upstream_url = "http://upstream.invalid", keys } = configured[name] ?? {};
      left[name] = { upstream_url, keys };
    }
  }
}

/** An error names a distribution, or a file of its folder. */
function isAbout(where: unknown, name: string, said: DistributionConfig | undefined): boolean {
  return where === name || (said?.data !== undefined && String(where).startsWith(`${said.data}/`));
}

/** A finding has no period. */
function unended({ message }: ServerError): string {
  return message.replace(/\.$/, "");
}

/** Anything else is a fault of ours. */
function invalid(failure: unknown): ServerError {
  if (failure instanceof ServerError && failure.code === "config_invalid") return failure;
  throw failure;
}

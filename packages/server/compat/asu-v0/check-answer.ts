import { ServerError } from "../../error.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answer } from "./answers.ts";
import { inWordsOf, readFields } from "./handler.ts";
import { latestOf } from "./rows.ts";
import { readUpgradeCheck, wordUpgradeCheck } from "./upgrade-check.ts";
import { catalogVersion } from "./version-names.ts";

/** POST /api/upgrade-check. @throws what `refusal` words */
export async function answerUpgradeCheck(parts: ServerParts, c: ServerContext): Promise<Response> {
  const { catalog, upgrades, stats, signal } = parts;
  const check = readUpgradeCheck(await readFields(c, parts));
  return inWordsOf(check, async () => {
    const distribution = catalog.distribution(check.distro.toLowerCase()).name;
    const { version } = check;
    if (version === null) return latest(parts, distribution);
    const { target, revision, installed, upgradePackages } = check;
    const installedVersion = catalogVersion(version);
    const question = { distribution, version: installedVersion, target, revision, installed, upgradePackages };
    const found = await upgrades.check(question, signal);
    stats.count("upgrade-check", `${distribution}:${installedVersion}`);
    return wordUpgradeCheck({ ...check, version }, found);
  });
}

async function latest({ catalog, signal }: ServerParts, distribution: string): Promise<Response> {
  const version = latestOf((await catalog.releases(distribution, signal)).value);
  if (version === null) throw new ServerError("unknown_version", `${distribution} has no version yet.`);
  return answer({ version });
}

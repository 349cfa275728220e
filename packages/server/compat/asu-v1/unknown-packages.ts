import { ServerError } from "../../error.ts";
import type { ServerParts } from "../../http/parts.ts";
import type { BuildPlan } from "./validate-build.ts";
import { isUnknown } from "./versions.ts";

/**
 * Names of a build that nothing is known of, as an upgrade check of the same packages finds them: by ABI suffix and through
 * the lists of changes too. `installed` is what the device runs, where it said so.
 * @throws ServerError not_loaded
 */
export async function unknownPackages(
  parts: Pick<ServerParts, "upgrades">,
  plan: Pick<BuildPlan, "version" | "target" | "packages">,
  installed: string | null,
): Promise<readonly string[]> {
  try {
    return await namesUnknown(parts, plan, installed ?? plan.version.name);
  } catch (error) {
    if (installed === null || !(isUnknown(error, "unknown_version") || isUnknown(error, "unknown_target"))) throw error;
    // It runs something that nobody knows: then only what it asks for counts.
    return namesUnknown(parts, plan, plan.version.name);
  }
}

async function namesUnknown(
  { upgrades }: Pick<ServerParts, "upgrades">,
  { version, target, packages }: Pick<BuildPlan, "version" | "target" | "packages">,
  installed: string,
): Promise<readonly string[]> {
  try {
    await upgrades.check({
      distribution: version.distribution,
      version: installed,
      target: target.name,
      revision: null,
      // `-ppp` is how one does without a default: the name has to be known all the same.
      installed: new Map(packages.map((name) => [name.replace(/^-/, ""), ""])),
      upgradePackages: false,
      wanted: version.name,
    });
    return [];
  } catch (error) {
    const names = error instanceof ServerError && error.code === "unknown_package" ? error.fields.packages : null;
    if (!Array.isArray(names)) throw error;
    return names.map(String);
  }
}

import type { Version } from "../catalog/types.ts";
import { ServerError } from "../error.ts";
import { profileIn, targetIn } from "./renamed-targets.ts";
import type { UpgradeCatalog, UpgradeFacts, UpgradeQuestion } from "./types.ts";

/** The release that is made for a device, or a sentence why there is none. */
export type Found =
  | { version: Version; target: string; profile: string | null; notice: string | null }
  | { version: null; notice: string };

/**
 * The first of the candidates that is made for the device. Where that isn't the best there is, a notice says so.
 * `installed` is null for a starting point.
 * @throws ServerError unknown_target, unknown_profile: the installed release doesn't have it either
 */
export async function findDevice(
  catalog: UpgradeCatalog,
  facts: UpgradeFacts,
  question: UpgradeQuestion & { target: string },
  installed: Version | null,
  candidates: readonly Version[],
  signal?: AbortSignal,
): Promise<Found> {
  const [best] = candidates;
  if (!best) return { version: null, notice: `Nothing newer than ${question.version} is known.` };
  for (const version of candidates) {
    const place = await placeIn(catalog, facts, question, version, signal);
    if (place) return { version, ...place, notice: version === best ? null : notInBest(question, best, version) };
  }
  await refuseUnknown(catalog, facts, question, installed, signal);
  return {
    version: null,
    notice: `${device(question)} is not supported in ${best.name} any more, and has no successor.`,
  };
}

async function placeIn(
  catalog: UpgradeCatalog,
  facts: UpgradeFacts,
  { version: installed, target: old, profile: board }: UpgradeQuestion & { target: string },
  version: Version,
  signal?: AbortSignal,
): Promise<{ target: string; profile: string | null } | null> {
  const target = targetIn((await catalog.targets(version, signal)).value, old, installed, version, facts);
  if (target === null) return null;
  if (board === undefined || board === null) return { target, profile: null };
  const profile = profileIn((await catalog.target(version, target, signal)).value, board, version, facts);
  return profile === null ? null : { target, profile };
}

async function refuseUnknown(
  catalog: UpgradeCatalog,
  facts: UpgradeFacts,
  question: UpgradeQuestion & { target: string },
  installed: Version | null,
  signal?: AbortSignal,
): Promise<void> {
  const { distribution, version, target } = question;
  if (installed === null) {
    const point = catalog.distribution(distribution).startingPoints.find((one) => one.version === version);
    if (point && point.targets.length > 0 && !point.targets.includes(target)) throw unknownTarget(version, target);
    return;
  }
  const targets = (await catalog.targets(installed, signal)).value;
  if (!targets.has(target)) throw unknownTarget(version, target);
  if ((await placeIn(catalog, facts, question, installed, signal)) === null) {
    const fields = { version, target, profile: question.profile };
    throw new ServerError("unknown_profile", `${version} has no ${question.profile} in ${target}.`, { fields });
  }
}

function unknownTarget(version: string, target: string): ServerError {
  return new ServerError("unknown_target", `${version} has no target ${target}.`, { fields: { version, target } });
}

function notInBest(question: UpgradeQuestion, best: Version, version: Version): string {
  const newest = version.name === question.version ? `${version.name}, which is installed,` : version.name;
  return `${device(question)} is not supported in ${best.name} any more; ${newest} is the newest release that supports it.`;
}

function device({ target, profile }: UpgradeQuestion): string {
  return profile ? `${profile} (${target})` : `${target}`;
}

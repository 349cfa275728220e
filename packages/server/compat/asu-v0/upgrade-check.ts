import type { UpgradeAnswer } from "../../upgrades/types.ts";
import { answer } from "./answers.ts";
import { type Fields, flag, installedOf, missing, required, targetOf, word } from "./fields.ts";
import { requestHash } from "./hashes.ts";
import { catalogVersion, listedVersion } from "./version-names.ts";

/** What a client of the first generation says of its device. */
export interface UpgradeCheck {
  /** As sent: `OpenWrt`, `LEDE`. */
  distro: string;
  /** As sent; null when it only wants to know the newest. */
  version: string | null;
  target: string | null;
  revision: string | null;
  installed: ReadonlyMap<string, string> | null;
  upgradePackages: boolean;
}

/**
 * Packages and revisions can only be compared on a target, so with one of them it is asked for (as v0.2.4 did); who sends
 * neither is told of the release alone (v0.2.0). @throws bad_request, unprocessable
 */
export function readUpgradeCheck(fields: Fields): UpgradeCheck {
  const check: UpgradeCheck = {
    distro: required(fields, "distro"),
    version: word(fields, "version"),
    target: targetOf(fields),
    revision: word(fields, "revision"),
    installed: installedOf(fields),
    upgradePackages: flag(fields, "upgrade_packages"),
  };
  const comparesMore = check.installed !== null || check.revision !== null;
  if (check.version !== null && check.target === null && comparesMore) throw missing("target");
  return check;
}

/** The engine's answer as the first generation says it: 200 with what is new, or 204. Pure. (asu-v0 §2.2) */
export function wordUpgradeCheck(check: UpgradeCheck & { version: string }, found: UpgradeAnswer): Response {
  if (found.offered === null) return answer({ error: `unknown target ${check.target}`, notice: found.notice }, 412);
  const version = offeredVersion(check, found);
  const body: Record<string, unknown> = {};
  if (version !== null) body.version = version;
  if (version !== null && check.revision !== null && found.offered.kind === "snapshot" && found.revision !== null) {
    body.revision = found.revision;
  }
  if (check.installed === null) return version === null ? upToDate(check) : answer(body);
  if (found.packages !== null) body.packages = found.packages;
  if (version !== null || check.upgradePackages) body.upgrades = Object.fromEntries(found.upgrades);
  const newer = version !== null || (check.upgradePackages && found.upgrades.size > 0);
  return newer ? answer(body) : upToDate(check);
}

/** The release to go to, null to stay. A newer build of a snapshot is called what the client calls it. */
function offeredVersion(check: UpgradeCheck & { version: string }, found: UpgradeAnswer): string | null {
  if (found.offered === null || !found.newRelease) return null;
  const isSame = found.offered.name === catalogVersion(check.version);
  return isSame ? check.version : listedVersion(found.offered.name);
}

/** README 0.2.0: a 204 "contains request_hash"; without a body it is in a header. */
function upToDate(check: UpgradeCheck & { version: string }): Response {
  const hash = requestHash({
    distro: check.distro,
    version: check.version,
    target: check.target ?? "",
    profile: "",
    defaults: "",
    packages: check.installed === null ? [] : [...check.installed.keys()],
  });
  return new Response(null, { status: 204, headers: { "x-request-hash": hash, "cache-control": "no-store" } });
}

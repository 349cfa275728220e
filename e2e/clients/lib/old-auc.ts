import { ClientRefuses, demand, demandObject } from "./client-refuses.ts";
import type { Answer } from "./http.ts";
import { jsonOf } from "./uclient.ts";

/** What auc prints at the end of a check. */
export type AucShows =
  | { says: "up to date" }
  | { says: "target not found" }
  | { says: "unknown package"; packages: string }
  /** Version null: the release stays, and packages are upgraded. */
  | { says: "upgrade"; version: string | null; upgrades: ReadonlyMap<string, PackageUpgrade> };

export interface PackageUpgrade {
  installed: string;
  offered: string;
}

/** Words for a build that goes on. */
export const WAITING: readonly string[] = ["queue", "building", "initialize"];

/** What auc up to 0.1.5 makes of the answer to its check. @throws ClientRefuses */
export function readCheck(answer: Answer): AucShows {
  switch (answer.status) {
    case 200:
      return readUpgrade(answer);
    case 202:
      return refuseToWait(answer.headers.get("x-imagebuilder-status"));
    case 204:
      return { says: "up to date" };
    case 412:
      return { says: "target not found" };
    case 422: {
      const packages = answer.headers.get("x-unknown-package");
      // It prints what isn't there, which ends it on some C libraries.
      demand(packages !== undefined, "unknown package '(null)' requested");
      return { says: "unknown package", packages };
    }
    case 400:
      throw new ClientRefuses("ends without a word at status 400");
    default:
      throw new ClientRefuses(`HTTP error ${answer.status}: server reply invalid`);
  }
}

function readUpgrade(answer: Answer): AucShows {
  const { version, upgrades } = demandObject(jsonOf(answer), "server reply invalid: what came");
  demand(version !== undefined || upgrades !== undefined, "server reply invalid: neither version nor upgrades");
  // Of another type is as if it weren't there.
  demand(version === undefined || isWord(version), "stays on the release, as the version is no text");
  return { says: "upgrade", version: version ?? null, upgrades: readUpgrades(upgrades) };
}

function readUpgrades(upgrades: unknown): Map<string, PackageUpgrade> {
  if (upgrades === undefined) return new Map();
  return new Map(
    Object.entries(demandObject(upgrades, "prints no package updates, as upgrades")).map(([name, versions]) => {
      const [offered, installed] = Array.isArray(versions) ? versions : [];
      demand(isWord(offered) && isWord(installed), `leaves out ${name}, whose upgrade is no pair of versions`);
      return [name, { installed, offered }];
    }),
  );
}

export function isWord(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** It goes on asking every 3 seconds, or gives up over a word that it doesn't know. */
function refuseToWait(status: string | undefined): never {
  if (status !== undefined && !WAITING.includes(status)) {
    throw new ClientRefuses(`unrecognized remote imagebuilder status '${status}'`);
  }
  throw new ClientRefuses(
    status === undefined ? "server reply invalid: 202 without a status" : `waits for ever: ${status}`,
  );
}

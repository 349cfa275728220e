import type { Releases, Version } from "../catalog/types.ts";
import { compareVersions } from "../catalog/version-order.ts";

/**
 * What may be offered to a device, best first; a device of a target that the best no longer has gets the next.
 * A snapshot stays on its line. All else goes to the newest stable release, never to a candidate and never back: who has
 * something newer keeps it. `version` is null for a starting point, which can't be built any more.
 */
export function offers(installed: string, version: Version | null, releases: Releases): readonly Version[] {
  if (version?.kind === "snapshot") return [version];
  const stable = releases.stable ?? releases.versions.find(({ kind }) => kind === "release");
  if (!stable || compareVersions(stable.name, installed) < 0) return version ? [version] : [];
  const newest = releases.branches
    .filter(({ enabled }) => enabled)
    .map(({ versions }) => versions.find(({ kind }) => kind === "release"))
    .filter((release) => release !== undefined)
    .filter(({ name }) => compareVersions(name, stable.name) < 0 && compareVersions(name, installed) > 0)
    .sort((a, b) => compareVersions(b.name, a.name));
  const last = version && version.name !== stable.name ? [version] : [];
  return [stable, ...newest, ...last];
}

/**
 * Whether what is offered is something else than what is installed. Of two builds of one snapshot the one with the higher
 * revision is the newer; a snapshot that doesn't say its revision may always be an older one.
 */
export function isNewRelease(
  installed: { version: string; revision: string | null },
  offered: { version: Version; revision: string | null },
): boolean {
  if (installed.version !== offered.version.name) return true;
  if (offered.version.kind !== "snapshot") return false;
  if (installed.revision === null || offered.revision === null) return true;
  if (installed.revision === offered.revision) return false;
  const [before, now] = [revisionNumber(installed.revision), revisionNumber(offered.revision)];
  return before === null || now === null || now >= before;
}

/** 28427 of `r28427-6df0e3d02a`; what was built with changes of its own, `r28427+12-6df0e3d02a`, counts as its base. */
export function revisionNumber(revision: string | null): number | null {
  const digits = /^r(\d{1,9})(?=$|[+-])/.exec(revision ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

import type { ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { sendKnown } from "./answers.ts";
import { branchRows } from "./branches.ts";
import { distributionOf, newestOfBranches, oldPackagesPath } from "./documents.ts";

/** For both answers of `/api/versions`: a cache in between must not hand the one to who wants the other. */
export const BY_ORIGIN = { vary: "Origin, Accept-Encoding" } as const;

/**
 * `/api/versions` as the LuCI app of 2020 wants it, `{"branches": […]}`. It asks from another page's origin and names no
 * distribution; everybody else is of the first generation and gets an array (contract asu-v1 §1.9).
 */
export async function middleGenerationVersions(parts: ServerParts, request: Request): Promise<Response> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  const { rows, digest } = await branchRows(parts, releases, oldPackagesPath);
  const representation = parts.representations.get("asu-v1 old-versions", digest, () => {
    const byName = new Map(rows().map((row) => [row.name, row]));
    const branches = newestOfBranches(releases.value).map(({ branch, latest }) => ({
      ...byName.get(branch.name),
      // The app compares with the installed version in small letters.
      latest: branch.snapshot ? latest.toLowerCase() : latest,
    }));
    return Representation.json({ branches });
  });
  return sendKnown(request, parts, { known: releases, representation }, BY_ORIGIN);
}

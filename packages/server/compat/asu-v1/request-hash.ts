import { createHash } from "node:crypto";
import { packagesHash } from "../../builders/packages-hash.ts";
import type { BuildRequest } from "./build-request.ts";
import { pythonJson, pythonRepr } from "./python-text.ts";

/**
 * The 64 hex digits by which this dialect names a request. Clients keep and compare them, so the recipe is followed to the
 * letter, Python's way of writing values included. The client's name counts for nothing.
 */
export function requestHash(request: BuildRequest): string {
  const packages = request.packagesVersions.size > 0 ? [...request.packagesVersions.keys()] : request.packages;
  return sha256(
    [
      request.distro,
      request.version,
      request.versionCode,
      request.target,
      request.profile.replaceAll(",", "_"),
      packagesHash(packages),
      sha256(pythonJson(request.packagesVersions)),
      request.diffPackages ? "True" : "False",
      request.filesystem ?? "",
      sha256(request.defaults ?? ""),
      request.rootfsSizeMb === null ? "None" : String(request.rootfsSizeMb),
      pythonRepr(request.repositoryKeys),
      pythonRepr(request.repositories),
      request.repositoriesMode,
    ].join(""),
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { createHash } from "node:crypto";
import type { BuildRequest } from "./build-request.ts";
import { byCodePoint, pythonJson, pythonRepr } from "./python-text.ts";

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

/** Of a set of names: neither order nor repetition nor a leading `+` changes it. */
export function packagesHash(packages: readonly string[]): string {
  return sha256([...new Set(packages.map(withoutPlus))].sort(byCodePoint).join(" "));
}

/** `+vim` is how a package is asked for besides the defaults; the name is `vim`. */
export function withoutPlus(name: string): string {
  return name.startsWith("+") ? name.slice(1) : name;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import type { Package } from "../types.ts";
import { splitAbi } from "./abi.ts";
import { UpstreamError } from "./error.ts";
import { isName, nameAt } from "./names.ts";
import { OpkgRelations } from "./opkg-relations.ts";
import { descriptionOf } from "./package-limits.ts";
import { PackageList } from "./package-list.ts";
import { type Stanza, stanzasOf } from "./stanzas.ts";
import { checkUtf8 } from "./text-document.ts";
import type { Feed } from "./types.ts";

/**
 * Reads opkg's `Packages` (imagebuilder §11).
 *
 * @param feed the feed's name, for its packages
 * @throws UpstreamError `not_utf8`, `truncated`, `bad_index`, `bad_name`, `too_large`
 */
export function parsePackagesFile(bytes: Buffer, feed: string, what: string): Feed {
  checkUtf8(bytes, what);
  const relations = new OpkgRelations(what);
  const packages = new PackageList(what);
  let architecture: string | null = null;
  for (const stanza of stanzasOf(bytes, what)) {
    packages.add(() => {
      const upstreamName = nameAt("package", stanza.Package, what);
      return [upstreamName, packageOf(upstreamName, stanza, relations, { feed, what })];
    });
    if (architecture === null && stanza.Architecture !== "all" && isName("architecture", stanza.Architecture)) {
      architecture = stanza.Architecture;
    }
  }
  return { architecture, generation: "opkg", ...packages.end() };
}

function packageOf(
  upstreamName: string,
  stanza: Stanza,
  relations: OpkgRelations,
  { feed, what }: { feed: string; what: string },
): Package {
  const { name, abi } = splitAbi(upstreamName, stanza.ABIVersion ?? null);
  if (abi !== null) nameAt("package version", abi, what);
  return {
    name: nameAt("package", name, what),
    version: nameAt("package version", stanza.Version, what),
    feed,
    description: stanza.Description === undefined ? null : descriptionOf(stanza.Description),
    size: bytesAt(stanza.Size, what),
    installedSize: bytesAt(stanza["Installed-Size"], what),
    depends: relations.parse(stanza.Depends),
    conflicts: relations.parse(stanza.Conflicts),
    provides: relations.parse(stanza.Provides),
    abi,
  };
}

function bytesAt(text: string | undefined, what: string): number | null {
  if (text === undefined || text === "") return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UpstreamError("bad_index", `${what}: a size is "${text.slice(0, 40)}".`);
}

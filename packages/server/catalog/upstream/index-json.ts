import type { Package } from "../types.ts";
import { UpstreamError } from "./error.ts";
import { entriesAt } from "./fields.ts";
import { parseJsonObject } from "./json-document.ts";
import { nameAt, shown } from "./names.ts";
import { MOST_PACKAGES } from "./package-limits.ts";
import { PackageList } from "./package-list.ts";
import type { Feed } from "./types.ts";

/**
 * Reads a folder's `index.json` (imagebuilder §10): names and versions only. Version 2 has names without ABI suffix;
 * version 1, which says no version, has them with it and doesn't tell which part it is, so they stay as they are.
 *
 * @param feed the feed's name, for its packages
 */
export function parseIndexJson(bytes: Uint8Array, feed: string, what: string): Feed {
  const document = parseJsonObject(bytes, what);
  const version = document.version ?? 1;
  if (version !== 1 && version !== 2) {
    throw new UpstreamError("bad_index", `${what} is an index of version ${shown(version)}; 1 and 2 can be read.`);
  }
  const architecture = document.architecture;
  const packages = new PackageList(what);
  for (const [name, value] of entriesAt(document.packages, `${what}: packages`, MOST_PACKAGES)) {
    packages.add(() => [name, packageOf(nameAt("package", name, what), value, { feed, what })]);
  }
  return {
    architecture: architecture === undefined ? null : nameAt("architecture", architecture, `${what}: architecture`),
    generation: version === 2 ? "apk" : "opkg",
    ...packages.end(),
  };
}

function packageOf(name: string, version: unknown, { feed, what }: { feed: string; what: string }): Package {
  return {
    name,
    version: nameAt("package version", version, `${what}: ${shown(name)}`),
    feed,
    description: null,
    size: null,
    installedSize: null,
    depends: [],
    conflicts: [],
    provides: [],
    abi: null,
  };
}

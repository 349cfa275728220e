import type { Package } from "../types.ts";
import { splitAbi } from "./abi.ts";
import type { Adb } from "./adb.ts";
import type { AdbValue, AdbValues } from "./adb-values.ts";
import { UpstreamError } from "./error.ts";
import { tooMany } from "./fields.ts";
import { isName, NameError, nameAt, shown } from "./names.ts";
import { descriptionOf, MOST_DEPENDENCIES, MOST_PACKAGES } from "./package-limits.ts";
import { PackageList } from "./package-list.ts";
import type { Feed } from "./types.ts";

const ABI_TAG = "openwrt:abiversion=";

/**
 * The packages of a `packages.adb`: its root is [description, packages], the fields of a package are by position
 * (testdata/readme.md). A conflict is a dependency with a `!` there, and is among the conflicts here.
 *
 * @param feed the feed's name, for its packages
 * @throws UpstreamError `bad_index`, `bad_name`, `not_utf8`, `too_large`
 */
export function packagesOfIndex({ schema, values }: Adb, feed: string, what: string): Feed {
  if (schema !== "indx") throw new UpstreamError("bad_index", `${what} isn't an index of apk, but "${shown(schema)}".`);
  const [, list = 0] = values.parts(values.root);
  const items = values.parts(list);
  if (items.length > MOST_PACKAGES) throw tooMany(what, items.length, MOST_PACKAGES);
  const packages = new PackageList(what);
  let architecture: string | null = null;
  for (const item of items) {
    const fields = values.parts(item);
    packages.add(() => {
      const upstreamName = nameAt("package", values.text(fields[NAME]), what);
      return [upstreamName, packageOf(upstreamName, fields, values, { feed, what })];
    });
    const built = values.text(fields[ARCHITECTURE]);
    if (architecture === null && built !== "noarch" && isName("architecture", built)) architecture = built;
  }
  return { architecture, generation: "apk", ...packages.end() };
}

const NAME = 0;
const VERSION = 1;
const DESCRIPTION = 3;
const ARCHITECTURE = 4;
const INSTALLED_SIZE = 11;
const FILE_SIZE = 12;
const DEPENDS = 14;
const PROVIDES = 15;
const TAGS = 20;

function packageOf(
  upstreamName: string,
  fields: readonly AdbValue[],
  values: AdbValues,
  { feed, what }: { feed: string; what: string },
): Package {
  const where = `${what}: ${upstreamName}`;
  const { name, abi } = splitAbi(upstreamName, statedAbi(fields[TAGS], values));
  if (abi !== null) nameAt("package version", abi, where);
  const depends = relationsAt(fields[DEPENDS], values, where);
  const description = values.text(fields[DESCRIPTION]);
  return {
    name: nameAt("package", name, where),
    version: nameAt("package version", values.text(fields[VERSION]), where),
    feed,
    description: description === null ? null : descriptionOf(description),
    size: values.number(fields[FILE_SIZE]),
    installedSize: values.number(fields[INSTALLED_SIZE]),
    depends: depends.filter(({ conflict }) => !conflict).map(({ text }) => text),
    conflicts: depends.filter(({ conflict }) => conflict).map(({ text }) => text),
    provides: relationsAt(fields[PROVIDES], values, where).map(({ text }) => text),
    abi,
  };
}

function statedAbi(tags: AdbValue | undefined, values: AdbValues): string | null {
  for (const value of values.parts(tags ?? 0)) {
    const tag = values.text(value);
    if (tag?.startsWith(ABI_TAG)) return tag.slice(ABI_TAG.length);
  }
  return null;
}

const CONFLICT = 16;
/** Bits: 1 equal, 2 less, 4 greater, 8 fuzzy. All of the first three: any version. */
const OPERATORS: Readonly<Record<number, string>> = {
  1: "=",
  2: "<",
  3: "<=",
  4: ">",
  5: ">=",
  6: "><",
  8: "~",
  9: "~",
  11: "<~",
  13: ">~",
};

function relationsAt(
  value: AdbValue | undefined,
  values: AdbValues,
  where: string,
): readonly { text: string; conflict: boolean }[] {
  if (value === undefined) return [];
  const items = values.parts(value);
  if (items.length > MOST_DEPENDENCIES) throw tooMany(where, items.length, MOST_DEPENDENCIES);
  return items.map((item) => {
    const [nameValue, versionValue, matchValue] = values.parts(item);
    const name = values.text(nameValue) ?? "";
    // Names of things provided may have more signs in them than those of packages.
    if (!/^[A-Za-z0-9_@/][\w.+:@/-]{0,255}$/.test(name)) {
      throw new NameError(name, `${where}: ${shown(name)} can't be the name of a dependency.`);
    }
    const version = values.text(versionValue);
    if (version !== null) nameAt("package version", version, where);
    const match = values.number(matchValue) ?? (version === null ? 0 : 1);
    const operator = version === null ? "" : OPERATORS[match & ~CONFLICT];
    if (operator === undefined) throw new UpstreamError("bad_index", `${where}: a dependency is compared by ${match}.`);
    return { text: `${name}${operator}${version ?? ""}`, conflict: (match & CONFLICT) !== 0 };
  });
}

/** The one spelling of a distribution's name by which two are compared (PEP 503): `Some_Pkg.x` is `some-pkg-x`. */
export function normalizedName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Whether two spellings name one distribution. */
export function isSameName(a: string, b: string): boolean {
  return normalizedName(a) === normalizedName(b);
}

/** How wheels, and the folders they leave, are called nowadays: normalised, with `_` where names have `-`. */
export function folderName(name: string): string {
  return normalizedName(name).replaceAll("-", "_");
}

/**
 * The environment variables by which setuptools_scm takes a distribution's version, and no other's: set all of them. Up to
 * release 7 it looks for the project's own spelling in capitals, whichever that is, so every separator has to be there;
 * since release 8 for the one with `_`.
 */
export function pretendVariables(name: string): string[] {
  const spellings = [name, ..."_-.".split("").map((separator) => name.replace(/[-_.]+/g, () => separator))];
  return [...new Set(spellings)].map((spelling) => `SETUPTOOLS_SCM_PRETEND_VERSION_FOR_${spelling.toUpperCase()}`);
}

/** What the name of a folder or file beside installed packages says about the distribution it describes. */
export interface Named {
  kind: "dist-info" | "egg-info";
  name: string;
  /** As the name spells it, with `_` for `-`; null where it isn't in there. */
  version: string | null;
}

/** `pymc_repeater-1.0.5.dist-info`, `PyYAML-6.0.egg-info`, `Foo-1.0-py3.11.egg-info`, `foo.egg-info`; null for all else. */
export function namedBy(entry: string): Named | null {
  const [, stem = "", kind] = /^([A-Za-z0-9].*)\.(dist-info|egg-info)$/.exec(entry) ?? [];
  if (kind !== "dist-info" && kind !== "egg-info") return null;
  const [name = "", version = null] = stem.split("-");
  return { kind, name, version };
}

/**
 * Whether an entry is what pip has renamed while it replaced `original`, and would have removed if it hadn't been killed:
 * `~` and any of `-~.=%0-9` in place of as many characters at the beginning, or before it.
 */
export function isSetAside(entry: string, original: string): boolean {
  const [mask = ""] = /^~[-~.=%0-9]*/.exec(entry) ?? [];
  // Digits behind the mask may be the name's own.
  for (let length = mask.length; length > 0; length--) {
    const rest = entry.slice(length);
    if (rest !== "" && (rest === original || rest === original.slice(length))) return true;
  }
  return false;
}

/** Whether it is the dist-info or egg-info of a distribution that was set aside, of whichever version. */
export function isSetAsideFor(entry: string, distribution: string): boolean {
  const [, head] = /^(~.+)-[^-]+\.(?:dist-info|egg-info)$/.exec(entry.replace(/-py[\d.]+(?=\.egg-info$)/, "")) ?? [];
  if (head === undefined) return false;
  const [mask = ""] = /^~[-~.=%0-9]*/.exec(head) ?? [];
  return isSetAside(mask + folderName(head.slice(mask.length)), folderName(distribution));
}

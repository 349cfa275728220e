import { BuildError } from "../types.ts";

export type Manifest = Readonly<Record<string, string>>;

/**
 * Reads lines of `name - version`, or `name version` as apk printed it for a while (imagebuilder §5). Other lines, such as a warning of
 * make's own, are passed over.
 * @throws BuildError build_failed when it has no packages
 */
export function parseManifest(lines: readonly string[], what: string): Manifest {
  const packages: [string, string][] = [];
  for (const line of lines) {
    const { name, version } = (DASHED.exec(line) ?? PLAIN.exec(line))?.groups ?? {};
    if (name !== undefined && version !== undefined) packages.push([name, version]);
  }
  if (packages.length > MOST_PACKAGES) {
    throw new BuildError("build_failed", `${what} lists ${packages.length} packages; ${MOST_PACKAGES} may be.`);
  }
  if (packages.length === 0) throw new BuildError("build_failed", `${what} lists no packages.`);
  return Object.fromEntries(packages);
}

/** All feeds together have 10,000. */
const MOST_PACKAGES = 10_000;
const DASHED = /^(?<name>[A-Za-z0-9_][A-Za-z0-9._+-]*) - (?<version>[A-Za-z0-9][A-Za-z0-9.+~:_-]*)$/;
/** All of apk's versions begin with a digit; two words of a message rarely do. */
const PLAIN = /^(?<name>[A-Za-z0-9_][A-Za-z0-9._+-]*) (?<version>\d[A-Za-z0-9.+~:_-]*)$/;

/**
 * Packages in `whole`, the manifest of an image, that `resolved` doesn't have in that version, and the other way round. `resolved` may
 * have its names without ABI suffix: `libubox` for `libubox20240329`.
 */
export function differences(resolved: Manifest, whole: Manifest): readonly string[] {
  const left = new Map(Object.entries(resolved));
  const unmatched: [string, string][] = [];
  for (const [name, version] of Object.entries(whole)) {
    if (left.get(name) === version) left.delete(name);
    else unmatched.push([name, version]);
  }
  const others = unmatched.filter(([name, version]) => {
    const stripped = [...left].find(([each, of]) => of === version && isAbiOf(name, each));
    if (stripped !== undefined) return !left.delete(stripped[0]);
    // Two of one name but for their suffix are one in a list without suffixes.
    return !Object.keys(resolved).some((each) => isAbiOf(name, each));
  });
  return [...others.map(([name]) => name), ...left.keys()];
}

/** Whether `name` could be `stripped` with an ABI suffix: `libnl3-200` is `libnl3`, `libubox20240329` is `libubox`. */
export function isAbiOf(name: string, stripped: string): boolean {
  return name.startsWith(stripped) && /^-?\d[A-Za-z0-9._+]*$|^-[A-Za-z0-9._+]+$/.test(name.slice(stripped.length));
}

import { ServerError } from "../error.ts";
import type { RowPlan } from "./row-plan.ts";
import type { ReleasePackages } from "./types.ts";

/** A device's list is at most this long; OpenWrt has about 10,000 packages. */
const MOST_PACKAGES = 20_000;
/** No package's name is longer; looking for the ABI suffix of what is longer would only cost time. */
const LONGEST_NAME = 128;

/** Where packages may be known from. */
export interface KnownPackages {
  /** The installed release; null where nobody has its indexes any more. Of a snapshot that has moved on: what it is now. */
  old: ReleasePackages | null;
  /** What its image came with; null where neither its indexes nor a list say so. */
  oldDefaults: readonly string[] | null;
  new: ReleasePackages;
  plan: RowPlan;
  /** What is in no index may have been in the installed release's: its indexes, or those of that day, aren't to be had. */
  isOldGone: boolean;
}

/** A package's version in a release, in its own or its architecture's feeds. */
export function versionIn(release: ReleasePackages, name: string): string | undefined {
  return release.architecture.versions.get(name) ?? release.target.versions.get(name);
}

/**
 * The names that releases' indexes have for what is installed: name → as the device says it. A library may be installed
 * under its name with an ABI suffix, of this release or of any (`libubox20191228`). What is never asked about and isn't
 * in the new release is left out.
 * @throws ServerError unknown_package, with the names in `fields.packages`: in no index and no list. Of a release without
 * indexes libraries, kernel modules and translations are believed: they came with something that was chosen; all else only
 * if `isBelieved`.
 */
export function installedNames(
  installed: Iterable<string>,
  known: KnownPackages,
  isBelieved = false,
): Map<string, string> {
  const names = new Map<string, string>();
  const unknown: string[] = [];
  let count = 0;
  for (const said of installed) {
    if (++count > MOST_PACKAGES) throw tooMany();
    const name = knownName(said, known, isBelieved);
    if (name === undefined) unknown.push(said);
    // Of two that are one package the first by the alphabet counts, so that their order doesn't matter.
    else if (name !== null && !((names.get(name) ?? "\uffff") < said)) names.set(name, said);
  }
  if (unknown.length > 0) throw unknownPackages(unknown.sort());
  return names;
}

/** The name in an index or a list; null for one not to be asked about, undefined for one nobody knows. */
function knownName(said: string, known: KnownPackages, isBelieved: boolean): string | null | undefined {
  if (isKnown(said, known)) return said;
  const stated = withoutStatedAbi(said, known.new) ?? (known.old ? withoutStatedAbi(said, known.old) : undefined);
  if (stated !== undefined) return stated;
  if (known.plan.ignored.has(said)) return null;
  const stripped = withoutAbi(said, known);
  if (stripped !== undefined) return stripped;
  return known.isOldGone && (isBelieved || /^(lib|kmod-|luci-i18n-)/.test(said)) ? said : undefined;
}

function isKnown(name: string, { new: next, old, plan }: KnownPackages): boolean {
  if (versionIn(next, name) !== undefined || plan.sources.has(name)) return true;
  return old !== null && versionIn(old, name) !== undefined;
}

function withoutStatedAbi(said: string, release: ReleasePackages): string | undefined {
  return release.architecture.abiNames.get(said) ?? release.target.abiNames.get(said);
}

/** Takes off what may be an ABI suffix: from a digit on, with its hyphen if there is one (imagebuilder §11). */
function withoutAbi(said: string, known: KnownPackages): string | undefined {
  if (!said.startsWith("lib") || said.length > LONGEST_NAME) return undefined;
  for (let at = said.length - 1; at > 3; at--) {
    if (!isDigit(said, at) || isDigit(said, at - 1)) continue;
    const name = said.slice(0, said[at - 1] === "-" ? at - 1 : at);
    if (isKnown(name, known)) return name;
  }
  return undefined;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function unknownPackages(packages: readonly string[]): ServerError {
  return new ServerError("unknown_package", `could not find packages: ${packages.join(", ")}`, {
    fields: { packages },
  });
}

function tooMany(): ServerError {
  return new ServerError("unprocessable", `More than ${MOST_PACKAGES} packages can't be installed on one device.`, {
    fields: { limit: MOST_PACKAGES },
  });
}

/** Package files as opkg or as apk wants them. */
export type Generation = "opkg" | "apk";

/** A package of one release and architecture, with all that an index says of it. */
export interface PackageRecord {
  /** With its ABI suffix: `libubox20240329`. */
  name: string;
  /** Without: `libubox`. */
  baseName: string;
  /** The suffix as the index writes it, with its hyphen: `20240329`, `-0`; empty where there is none. */
  abi: string;
  version: string;
  /** `mips_24kc`; `all` where it fits any. */
  architecture: string;
  /** As opkg writes them: `libc`, `kernel (= 6.6.119~…-r1)`. */
  depends: readonly string[];
  conflicts: readonly string[];
  provides: readonly string[];
  section: string;
  description: string;
  essential: boolean;
}

/** The releases' lines of development, oldest first. */
export const BRANCHES = ["17.01", "18.06", "21.02", "22.03", "23.05", "24.10", "25.12", "26.05", "main"] as const;
export type BranchName = (typeof BRANCHES)[number];

/** A package through the times: a row of the tables in this folder. */
export interface PackageRow {
  name: string;
  section: string;
  /** From which branch on it has which version; null: it is gone. */
  versions: ReadonlyMap<BranchName, string | null>;
  abis: ReadonlyMap<BranchName, string | null>;
  depends: readonly string[];
  conflicts: readonly string[];
  provides: readonly string[];
  description: string;
  /** Architectures or targets it is only for; empty: for all. */
  only: readonly string[];
  /** The same file for all architectures. */
  anyArchitecture: boolean;
  essential: boolean;
}

/**
 * Rows written as `name | section | versions | depends | description | more`. Versions are `branch:version`, `-` ends a
 * package, a single version is for all branches. More: `abi=…` (like versions), `conflicts=a,b`, `provides=a`,
 * `only=x86_64`, `all`, `essential`.
 */
export function parseRows(table: string): PackageRow[] {
  return table
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parseRow);
}

function parseRow(line: string): PackageRow {
  const [name = "", section = "", versions = "", depends = "", description = "", more = ""] = line
    .split("|")
    .map((cell) => cell.trim());
  if (!name || !versions || !description) throw new Error(`not a row of packages: ${line}`);
  const options = more.split(" ").filter(Boolean);
  const option = (key: string) => options.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const list = (key: string) => option(key).split(",").filter(Boolean);
  return {
    name,
    section,
    versions: parseTimes(versions.split(" ").filter(Boolean)),
    abis: parseTimes(list("abi")),
    depends: depends.split(" ").filter(Boolean),
    conflicts: list("conflicts"),
    provides: list("provides"),
    description,
    only: list("only"),
    anyArchitecture: options.includes("all"),
    essential: options.includes("essential"),
  };
}

function parseTimes(words: readonly string[]): Map<BranchName, string | null> {
  const times = new Map<BranchName, string | null>();
  for (const word of words) {
    const [, branch, value = ""] = /^(?:([^:]+):)?(.+)$/.exec(word) ?? [];
    times.set(branchNamed(branch ?? BRANCHES[0]), value === "-" ? null : value);
  }
  return times;
}

function branchNamed(name: string): BranchName {
  const found = BRANCHES.find((branch) => branch === name);
  if (!found) throw new Error(`no such branch: ${name}`);
  return found;
}

/** What held last at the time of a branch. */
export function valueAt(times: ReadonlyMap<BranchName, string | null>, branch: BranchName): string | null {
  let value: string | null = null;
  for (const name of BRANCHES) {
    value = times.has(name) ? (times.get(name) ?? null) : value;
    if (name === branch) return value;
  }
  return value;
}

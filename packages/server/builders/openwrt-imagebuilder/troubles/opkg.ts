import {
  type FeedTrouble,
  LONGEST_LINE,
  MOST_NAMES,
  MOST_TROUBLES,
  type PackageTrouble,
  type Troubles,
} from "./types.ts";

/**
 * Reads what opkg has printed: its errors come together at the end, one line each or two (imagebuilder §9). `Cannot install package x`
 * follows whatever was wrong with x; where nothing else was, there is no x. Feeds that it goes on without are named while it updates.
 */
export function opkgTroubles(stderr: readonly string[], stdout: readonly string[] = []): Troubles {
  const lines = [...stdout, ...stderr].map((line) => line.slice(0, LONGEST_LINE));
  const found: PackageTrouble[] = [
    ...dependencies(lines),
    ...conflicts(lines),
    ...clashes(lines),
    ...fetches(lines),
    ...scripts(lines),
    ...space(lines),
  ];
  const explained = new Set(found.flatMap(namesIn));
  const foreign = new Set(captures(lines, FOREIGN));
  const missing: PackageTrouble[] = [];
  for (const name of new Set(captures(lines, CANNOT_INSTALL))) {
    if (explained.has(name)) continue;
    const note = foreign.has(name) ? "The feeds have it, but not for this device's architecture." : null;
    missing.push({ kind: "missing", name, requiredBy: [], note });
  }
  return { packages: [...missing, ...found].slice(0, MOST_TROUBLES), feeds: feeds(lines).slice(0, MOST_TROUBLES) };
}

const CANNOT_INSTALL = /opkg_install_cmd: Cannot install package (\S+)\.$/;
const FOREIGN = /Packages for (\S+) found, but incompatible/;
const UNRESOLVED = /cannot find dependency (\S+?)(?: \(([^)]+)\))? for (\S+?)\.?$/;
const CONFLICT = /check_conflicts_for: The following packages conflict with (\S+):$/;
const CONFLICT_WITH = /check_conflicts_for:\s+(\S+) \*\s*$/;
const CLASH = /check_data_file_clashes: Package (\S+) wants to install file (.+)$/;
const CLASH_WITH = /^\s*But that file is already provided by package\s+\* (\S+)/;
const DAMAGED = /Checksum or size mismatch for package (\S+)\. /;
const NOT_FETCHED = /opkg_install_pkg: Failed to download (\S+)\. Perhaps/;
const WGET = /opkg_download: Failed to download (\S+), wget returned (\d+)\./;
const NO_LIST = /^\*\*\* Failed to download the package list from (\S+)/;
const NO_SIGNATURE = /Signature file download failed\./;
const SIGNATURE_BAD = /Signature check failed\./;
const FETCHING_SIGNATURE = /^Downloading (\S+)\/Packages\.sig/;
const SCRIPT = /^postinst script \.?\/usr\/lib\/opkg\/info\/([^\s/]+)\.postinst has failed with exit code (\d+)/;
const NO_SPACE = /^ \* verify_pkg_installable: Only have .*, pkg (\S+) needs/;

function dependencies(lines: readonly string[]): PackageTrouble[] {
  const wanted = new Map<string, { name: string; version: string; requiredBy: Set<string> }>();
  for (const line of lines) {
    const [, name, version = "", by] = UNRESOLVED.exec(line) ?? [];
    if (name === undefined || by === undefined) continue;
    const key = `${name} ${version}`;
    const entry = wanted.get(key) ?? { name, version: version.replace(/\s+/g, " "), requiredBy: new Set() };
    wanted.set(key, entry);
    if (entry.requiredBy.size < MOST_NAMES) entry.requiredBy.add(by);
  }
  return [...wanted.values()].map(({ name, version, requiredBy }) =>
    version === ""
      ? { kind: "missing", name, requiredBy: [...requiredBy], note: null }
      : { kind: "version", name, wanted: version, found: null, requiredBy: [...requiredBy] },
  );
}

function conflicts(lines: readonly string[]): PackageTrouble[] {
  const found = new Map<string, Set<string>>();
  let current: Set<string> | null = null;
  for (const line of lines) {
    const [, name] = CONFLICT.exec(line) ?? [];
    const [, other] = CONFLICT_WITH.exec(line) ?? [];
    if (name !== undefined) {
      current = found.get(name) ?? new Set();
      found.set(name, current);
    } else if (other !== undefined && current !== null && current.size < MOST_NAMES) current.add(other);
  }
  return [...found].map(([name, others]) => ({ kind: "conflict", name, with: [...others] }));
}

function clashes(lines: readonly string[]): PackageTrouble[] {
  return lines.flatMap((line, i): PackageTrouble[] => {
    const [, name, file] = CLASH.exec(line) ?? [];
    if (name === undefined || file === undefined) return [];
    const [, other = ""] = CLASH_WITH.exec(lines[i + 1] ?? "") ?? [];
    return [{ kind: "clash", name, with: other, file: file.replace(/^.*\/root-[^/]+/, "") }];
  });
}

/** `wget returned 4` is the network, 8 an answer that says no. */
function fetches(lines: readonly string[]): PackageTrouble[] {
  const damaged = captures(lines, DAMAGED).map((name) => ({ kind: "fetch", name, reason: "damaged" }) as const);
  const others: PackageTrouble[] = [];
  let last: string | undefined;
  for (const line of lines) {
    last = WGET.exec(line)?.[2] ?? last;
    const [, name] = NOT_FETCHED.exec(line) ?? [];
    if (name !== undefined) others.push({ kind: "fetch", name, reason: last === "4" ? "unreachable" : "absent" });
  }
  return [...damaged, ...others];
}

function scripts(lines: readonly string[]): PackageTrouble[] {
  return lines.flatMap((line): PackageTrouble[] => {
    const [, name, code] = SCRIPT.exec(line) ?? [];
    return name === undefined ? [] : [{ kind: "script", name, exitCode: Number(code) }];
  });
}

function space(lines: readonly string[]): PackageTrouble[] {
  return captures(lines, NO_SPACE).map((name) => ({ kind: "disk", name }));
}

function feeds(lines: readonly string[]): FeedTrouble[] {
  const found = new Map<string, FeedTrouble["reason"]>();
  const codes = new Map(
    lines.flatMap((line) => (WGET.test(line) ? [WGET.exec(line)?.slice(1, 3) as [string, string]] : [])),
  );
  let signature: string | null = null;
  for (const line of lines) {
    signature = FETCHING_SIGNATURE.exec(line)?.[1] ?? signature;
    const [, list] = NO_LIST.exec(line) ?? [];
    if (list !== undefined) {
      const folder = list.replace(/\/Packages(?:\.gz)?$/, "");
      const code = codes.get(`${folder}/Packages.gz`) ?? codes.get(list);
      found.set(folder, code === "8" ? "absent" : "unreachable");
    } else if (signature !== null && (SIGNATURE_BAD.test(line) || NO_SIGNATURE.test(line))) {
      if (!found.has(signature)) found.set(signature, "untrusted");
    }
  }
  return [...found].map(([url, reason]) => ({ url, reason }));
}

function namesIn(trouble: PackageTrouble): readonly string[] {
  return "requiredBy" in trouble
    ? trouble.requiredBy
    : "with" in trouble
      ? [trouble.name, ...[trouble.with].flat()]
      : [trouble.name];
}

function captures(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

import {
  type FeedTrouble,
  LONGEST_LINE,
  MOST_NAMES,
  MOST_TROUBLES,
  type PackageTrouble,
  type Troubles,
} from "./types.ts";

/**
 * Reads what apk has printed: what can't be selected is a list of packages, each with what it breaks, what it is wanted for and what it
 * conflicts with; all else is a line of its own (imagebuilder §9).
 */
export function apkTroubles(stderr: readonly string[], stdout: readonly string[] = []): Troubles {
  const lines = [...stdout, ...stderr].map((line) => line.slice(0, LONGEST_LINE));
  return {
    packages: [...selection(lines), ...clashes(lines), ...fetches(lines), ...scripts(lines), ...space(lines)].slice(
      0,
      MOST_TROUBLES,
    ),
    feeds: feeds(lines).slice(0, MOST_TROUBLES),
  };
}

const SELECTION = /^ERROR: unable to select packages:/;
const ENTRY = /^ {2}(\S+)(?: \((no such package|virtual|missing)\))?:$/;
const FACT = /^ {4}([a-z][a-z ']*):(?: (.*))?$/;
const MORE = /^ {5,}(\S.*)$/;
const CLASH = /^ERROR: (\S+): trying to overwrite (\S+) owned by (\S+?)\.$/;
const WGET = /^ERROR: wget: exited with error (\d+)/;
const PACKAGE_ERROR =
  /^ERROR: (\S+): (unexpected end of file|file format is invalid or inconsistent|UNTRUSTED signature|BAD (?:signature|archive)|package mentioned in index not found.*|network error.*|remote server returned error.*|v2 package integrity error|ADB .*)/;
const FEED_WARNING = /^(?:WARNING|ERROR): (?:updating and opening|updating|opening|fetching) (https?:\/\/\S+?): (.+)$/;
const NO_SPACE = /^ERROR: (\S+): failed to extract .*: No space left on device/;
const SCRIPT =
  /^postinst script \.?\/lib\/apk\/db\/([^\s/]+?)\.X1[0-9a-f]+\.post-install has failed with exit code (\d+)/;

interface Entry {
  /** `x`, `x-1-r1` */
  label: string;
  tag: string | undefined;
  facts: Map<string, string[]>;
}

function selection(lines: readonly string[]): PackageTrouble[] {
  const begin = lines.findIndex((line) => SELECTION.test(line));
  if (begin === -1) return [];
  return entries(lines.slice(begin + 1)).flatMap(troublesOf);
}

/** `  x-1-r1:`, then `    breaks: a`, then further lines of the same, indented to below the first. */
function entries(lines: readonly string[]): Entry[] {
  const result: Entry[] = [];
  let values: string[] | null = null;
  for (const line of lines) {
    const [, label, tag] = ENTRY.exec(line) ?? [];
    const [, key, value = ""] = FACT.exec(line) ?? [];
    const entry = result.at(-1);
    if (label !== undefined) {
      result.push({ label, tag, facts: new Map() });
      values = null;
    } else if (key !== undefined && entry !== undefined) {
      values = [value];
      entry.facts.set(key, values);
    } else if (values !== null && MORE.test(line)) values.push(MORE.exec(line)?.[1] ?? "");
    else break;
  }
  return result;
}

function troublesOf({ label, tag, facts }: Entry): PackageTrouble[] {
  const words = (key: string) =>
    (facts.get(key) ?? [])
      .flatMap((value) => value.split(" "))
      .filter((word) => word !== "")
      .slice(0, MOST_NAMES);
  if (tag !== undefined) {
    const providers = words("provided by");
    const note = providers.length > 0 ? `One of ${providers.join(", ")} is to be asked for by name.` : null;
    return [{ kind: "missing", name: label, requiredBy: words("required by").flatMap(whoOf), note }];
  }
  const { name, version } = splitVersion(label);
  const broken = words("breaks").map(relationOf);
  const against = broken.filter(({ wanted }) => wanted.startsWith("!")).flatMap(({ by }) => by);
  const conflicting = [...against, ...words("conflicts").flatMap(whoOf)];
  const versions = new Map<string, string[]>();
  for (const { wanted, by } of broken) {
    if (!wanted.startsWith("!")) versions.set(wanted, [...(versions.get(wanted) ?? []), ...by]);
  }
  return [
    ...(conflicting.length > 0 ? [{ kind: "conflict", name, with: [...new Set(conflicting)] } as const] : []),
    ...[...versions].map(([wanted, requiredBy]) => {
      const [, of = name, relation = wanted] = /^([^<>=~]+)([<>=~].*)$/.exec(wanted) ?? [];
      return { kind: "version", name: of, wanted: relation, found: version, requiredBy } as const;
    }),
  ];
}

/** `x-1-r1[lib>=2]`: x wants lib>=2. `world[x]` is the request itself. */
function relationOf(text: string): { wanted: string; by: string[] } {
  const [, who = text, wanted = ""] = /^([^[]+)\[(.*)\]$/.exec(text) ?? [];
  return { wanted, by: who === "world" ? [] : [splitVersion(who).name] };
}

function whoOf(text: string): string[] {
  return relationOf(text).by;
}

function splitVersion(label: string): { name: string; version: string | null } {
  const [, name = label, version = null] = /^(.+?)-(\d[0-9A-Za-z._~+]*(?:-r\d+)?)$/.exec(label) ?? [];
  return { name, version };
}

function clashes(lines: readonly string[]): PackageTrouble[] {
  return lines.flatMap((line): PackageTrouble[] => {
    const [, name, file, other] = CLASH.exec(line) ?? [];
    if (name === undefined || file === undefined || other === undefined) return [];
    return [{ kind: "clash", name: splitVersion(name).name, with: splitVersion(other).name, file: `/${file}` }];
  });
}

/** wget's own failure stands before the line that says for what it was. */
function fetches(lines: readonly string[]): PackageTrouble[] {
  return lines.flatMap((line, i): PackageTrouble[] => {
    const [, label] = PACKAGE_ERROR.exec(line) ?? [];
    if (label === undefined || label === "wget") return [];
    const code = WGET.exec(lines[i - 1] ?? "")?.[1];
    return [{ kind: "fetch", name: splitVersion(label).name, reason: reasonOf(code) }];
  });
}

function reasonOf(code: string | undefined): "absent" | "unreachable" | "damaged" {
  if (code === undefined) return "damaged";
  return code === "8" ? "absent" : "unreachable";
}

function feeds(lines: readonly string[]): FeedTrouble[] {
  const found = new Map<string, FeedTrouble["reason"]>();
  for (const [i, line] of lines.entries()) {
    const [, url, message] = FEED_WARNING.exec(line) ?? [];
    if (url === undefined || message === undefined) continue;
    const reason = /UNTRUSTED|BAD signature/.test(message) ? "untrusted" : reasonOf(WGET.exec(lines[i - 1] ?? "")?.[1]);
    found.set(url.replace(/\/packages\.adb$/, ""), reason);
  }
  return [...found].map(([url, reason]) => ({ url, reason }));
}

function scripts(lines: readonly string[]): PackageTrouble[] {
  return lines.flatMap((line): PackageTrouble[] => {
    const [, label, code] = SCRIPT.exec(line) ?? [];
    return label === undefined ? [] : [{ kind: "script", name: splitVersion(label).name, exitCode: Number(code) }];
  });
}

function space(lines: readonly string[]): PackageTrouble[] {
  return lines.flatMap((line): PackageTrouble[] => {
    const [, label] = NO_SPACE.exec(line) ?? [];
    return label === undefined ? [] : [{ kind: "disk", name: splitVersion(label).name }];
  });
}

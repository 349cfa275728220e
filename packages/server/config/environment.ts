import { type ConfigShape, dotted, error, type Finding, nearest } from "@pawl/device/config-file";
import { parse } from "yaml";

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "PAWL_SERVER_";

/** What many hosts call the address of the database they give one. */
const DATABASE_URL = "DATABASE_URL";

export interface Overridden {
  /** The file's value with the variables' in place. */
  value: unknown;
  findings: Finding[];
  /** Says of a finding that it is about a variable, when its value came from one. */
  blame(finding: Finding): Finding;
}

/**
 * Puts `PAWL_SERVER_…` variables over the file: `PAWL_SERVER_CATALOG__REFRESH=5m` sets `catalog.refresh`, two underscores
 * go one deeper, and a list or a map is written in YAML. Where text belongs the value is taken as it is. `DATABASE_URL`
 * sets `database.url`. An empty variable counts as not set.
 */
export function overrideFrom(env: Environment, file: unknown, shape: ConfigShape): Overridden {
  const value = structuredClone(file);
  const findings: Finding[] = [];
  const set: { variable: string; path: string }[] = [];
  for (const [variable, path] of variablesIn(env, value, shape)) {
    const text = env[variable] ?? "";
    const finding = isKnown(shape, path) ? put(value, path, variable, text, shape) : unknown(variable, path, shape);
    if (finding) findings.push(finding);
    else set.push({ variable, path: dotted(path) });
  }
  return {
    value,
    findings,
    blame(finding) {
      if (finding.variable !== undefined) return finding;
      const path = dotted(finding.path);
      const from = set.find(
        (each) => path === each.path || (/^[.[]/.test(path.slice(each.path.length)) && path.startsWith(each.path)),
      );
      if (!from) return finding;
      return { ...finding, variable: from.variable, message: `${finding.message} (set by ${from.variable})` };
    },
  };
}

/** Those that are ours, general ones first: what names a setting itself wins. */
function variablesIn(env: Environment, file: unknown, shape: ConfigShape): [variable: string, path: string[]][] {
  const ours = Object.keys(env)
    .filter((variable) => variable.startsWith(PREFIX) && env[variable])
    .sort((a, b) => a.split("__").length - b.split("__").length)
    .map((variable): [string, string[]] => [variable, pathOf(variable, file, shape)]);
  return env[DATABASE_URL] ? [[DATABASE_URL, ["database", "url"]], ...ours] : ours;
}

/** Keys in the file and those of the schema are found whatever their case, and with `_` for what a variable can't hold. */
function pathOf(variable: string, file: unknown, shape: ConfigShape): string[] {
  const path: string[] = [];
  let at: unknown = file;
  for (const part of variable.slice(PREFIX.length).split("__")) {
    const candidates = [...shape.knownKeys(path), ...(isRecord(at) ? Object.keys(at) : [])];
    const key = candidates.find((candidate) => asVariable(candidate) === part.toUpperCase()) ?? part.toLowerCase();
    path.push(key);
    at = isRecord(at) ? at[key] : undefined;
  }
  return path;
}

function asVariable(key: string): string {
  return key.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** Whether a setting may be there: it is known, or its place takes any name. */
function isKnown(shape: ConfigShape, path: readonly string[]): boolean {
  return path.every((key, index) => {
    const above = path.slice(0, index);
    const known = shape.knownKeys(above);
    return known.length > 0 ? known.includes(key) : shape.typesAt([...above, key]).length > 0;
  });
}

function put(root: unknown, path: string[], variable: string, text: string, shape: ConfigShape): Finding | null {
  let value: unknown = text;
  if (!shape.typesAt(path).includes("string")) {
    try {
      value = parse(text);
    } catch {
      return { ...error(path, `${variable} can't be read as YAML`), variable };
    }
  }
  let holder = root;
  for (const [index, key] of path.entries()) {
    if (!isRecord(holder)) return null; // The file's own value is of another kind, which validation says.
    if (index === path.length - 1) holder[key] = value;
    else holder = holder[key] ??= {};
  }
  return null;
}

function unknown(variable: string, path: readonly string[], shape: ConfigShape): Finding {
  const names = shape
    .settingsBelow([])
    .map((setting) => `${PREFIX}${setting.path.map((key) => asVariable(String(key))).join("__")}`);
  const close = nearest(variable, names);
  const hint = close ? `did you mean ${close}?` : "take it out of the environment";
  return { ...error(path, `${variable} names no setting`, hint), variable };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

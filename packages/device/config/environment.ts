import { Config } from "@pawl/protocol";
import { parse } from "yaml";
import { nearest } from "./nearest.ts";
import { dotted, error, type Finding } from "./problem.ts";
import { CONFIG_SHAPE } from "./schema.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Overridden {
  /** The file's value with the overrides in place. */
  value: unknown;
  /** Variables that name no setting, or whose value can't be read. */
  findings: Finding[];
  /** Says of a finding that it is about a variable, when its value came from one. */
  blame(finding: Finding): Finding;
}

/** What the variable of every setting begins with. */
const BEGINNINGS = Object.keys(Config.shape).map((key) => `PAWL_${key.toUpperCase()}`);

interface Setting {
  path: readonly (string | number)[];
  types: string[];
}

/**
 * Puts `PAWL_…` variables over the file (contract §4): `PAWL_LISTEN`, `PAWL_APPS_<NAME>_SOURCE_HTTP_URL`, with names in
 * capitals and `-` as `_`. Text is taken as it is, everything else is read as YAML; an empty variable counts as not set.
 * Variables outside `PAWL_APPS_` and `PAWL_AUTH_` that name no setting are someone else's (`PAWL_CONFIG`, `PAWL_TOKEN`).
 */
export function overrideFrom(env: Environment, file: unknown): Overridden {
  const value = structuredClone(file);
  const ours = Object.entries(env).filter(([name, text]) => text && BEGINNINGS.some((top) => name.startsWith(top)));
  // To name them all takes longer than to read the file, and most commands have no such variable.
  const settings = ours.length > 0 ? nameSettings(value) : new Map<string, Setting[]>();
  const findings: Finding[] = [];
  const set: { variable: string; path: string; addsTo: string[] }[] = [];
  for (const [variable, text = ""] of ours) {
    const [setting, other] = settings.get(variable) ?? [];
    if (!setting) {
      if (/^PAWL_(APPS|AUTH)_/.test(variable)) findings.push(unknown(variable, [...settings.keys()]));
    } else if (other) {
      const both = `${dotted(setting.path)} and ${dotted(other.path)}`;
      findings.push({ ...error(setting.path, `${variable} could mean both ${both}`, "set it in the file"), variable });
    } else {
      const finding = put(value, setting, variable, text);
      if (finding) findings.push(finding);
      set.push({ variable, path: dotted(setting.path), addsTo: mapsItAddsTo(file, setting.path) });
    }
  }
  return {
    value,
    findings,
    blame(finding) {
      if (finding.variable !== undefined) return finding;
      const path = dotted(finding.path);
      const from =
        set.find(
          (entry) => path === entry.path || path.startsWith(`${entry.path}.`) || path.startsWith(`${entry.path}[`),
        ) ?? set.find((entry) => finding.severity === "error" && entry.addsTo.includes(path));
      return from
        ? { ...finding, variable: from.variable, message: `${finding.message} (set by ${from.variable})` }
        : finding;
    },
  };
}

/** Variable → what it sets. More than one where two apps' names make the same variable. */
function nameSettings(file: unknown): Map<string, Setting[]> {
  const apps = isRecord(file) && isRecord(file.apps) ? Object.keys(file.apps) : [];
  const { settingsBelow } = CONFIG_SHAPE;
  const settings = [...settingsBelow([]), ...apps.flatMap((app) => settingsBelow(["apps", app]))];
  const named = new Map<string, Setting[]>();
  for (const setting of settings) {
    if (dotted(setting.path) === "apps") continue;
    const name = `PAWL_${setting.path.join("_").toUpperCase().replaceAll("-", "_")}`;
    named.set(name, [...(named.get(name) ?? []), setting]);
  }
  return named;
}

function put(root: unknown, { path, types }: Setting, variable: string, text: string): Finding | null {
  let value: unknown = text;
  if (!types.includes("string")) {
    try {
      value = parse(text);
    } catch {
      return { ...error(path, `${variable} can't be read as YAML`, null), variable };
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

/** The maps that get a map more for the setting's sake, such as a second kind of source: one too many is the variable's doing. */
function mapsItAddsTo(file: unknown, path: Setting["path"]): string[] {
  const above = path.slice(0, -1).map((_, index) => path.slice(0, index + 1));
  return above
    .filter((step) => step.reduce((at, key) => (isRecord(at) ? at[key] : undefined), file) === undefined)
    .map((step) => dotted(step.slice(0, -1)));
}

function unknown(variable: string, names: string[]): Finding {
  const close = nearest(variable, names);
  const hint = close ? `did you mean ${close}?` : "take it out of the environment";
  return { ...error([], `${variable} names no setting of this file`, hint), variable };
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

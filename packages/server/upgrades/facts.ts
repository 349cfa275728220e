import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "yaml";
import type * as z from "zod";
import { ServerError } from "../error.ts";
import { BuildChanges, DefaultPackages, PackageChanges, VersionChanges } from "./facts-files.ts";
import { refuseTwists } from "./twisted-rows.ts";
import type { Choice, UpgradeFacts } from "./types.ts";

/**
 * The lists of a distribution: `version-changes.yaml`, `package-changes.yaml`, `build-changes.yaml` and
 * `default-packages.yaml` of a folder. Of several folders the last that has a file counts for all of it, so that one can see in one place what is believed. A
 * file that no folder has is empty.
 * @throws ServerError config_invalid, with every trouble of a file, each by its row
 */
export async function loadUpgradeFacts(folders: readonly string[]): Promise<UpgradeFacts> {
  const [versions, packages, builds, defaults] = await Promise.all([
    load(folders, "version-changes.yaml", VersionChanges),
    load(folders, "package-changes.yaml", PackageChanges),
    load(folders, "build-changes.yaml", BuildChanges),
    load(folders, "default-packages.yaml", DefaultPackages),
  ]);
  const facts = upgradeFacts(versions.content, packages.content, builds.content, defaults.content);
  refuseTwists(facts, { versionRows: versions.file, revisionRows: packages.file });
  return facts;
}

/** The files' rows as the engine wants them. */
export function upgradeFacts(
  versions: VersionChanges,
  packages: PackageChanges,
  builds: BuildChanges,
  defaults: DefaultPackages,
): UpgradeFacts {
  const byVersion = Object.entries(versions.versions);
  return {
    versionRows: byVersion.flatMap(([version, { transformations }]) =>
      Object.entries(transformations).map(([source, how]) => ({ version, source, choices: choicesOf(how) })),
    ),
    revisionRows: packages.changes.map((row) => ({ ...row, target: row.target ?? null })),
    additions: byVersion.flatMap(([version, { additions }]) => additions.map((row) => ({ version, ...row }))),
    buildRows: builds.builds,
    targetRenames: byVersion.flatMap(([version, rows]) => renames(version, rows.target_renames)),
    boardRenames: byVersion.flatMap(([version, rows]) => renames(version, rows.board_renames)),
    ignored: new Set(packages.ignored),
    alternatives: packages.alternatives,
    defaultRows: defaults.releases,
    defaultSuccessors: new Map(Object.entries(defaults.successors)),
  };
}

function choicesOf(how: VersionChanges["versions"][string]["transformations"][string]): Choice[] {
  if (!how) return [];
  if (typeof how === "string") return [{ target: how, whenInstalled: [] }];
  return Object.entries(how).map(([target, when]) => {
    if (Array.isArray(when)) return { target, whenInstalled: when };
    return when ? { target, whenInstalled: [] } : { target, whenInstalled: [], possible: true };
  });
}

function renames(version: string, rows: Readonly<Record<string, string>>) {
  return Object.entries(rows).map(([from, to]) => ({ version, from, to }));
}

async function load<T>(folders: readonly string[], name: string, schema: z.ZodType<T>) {
  for (const folder of [...folders].reverse()) {
    const path = join(folder, name);
    const text = await textOf(path);
    if (text !== null) {
      const file = join(basename(folder), name);
      return { file, content: contentOf(file, text, schema) };
    }
  }
  return { file: name, content: schema.parse({}) };
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new ServerError("config_invalid", `${path} can't be read.`, { cause });
  }
}

function contentOf<T>(file: string, text: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(yamlOf(file, text) ?? {});
  if (result.success) return result.data;
  const troubles = result.error.issues.map((issue) => `${file}, ${rowOf(issue.path)}: ${issue.message}`);
  throw new ServerError("config_invalid", troubles.join("\n"), { fields: { file, troubles }, cause: result.error });
}

function yamlOf(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new ServerError("config_invalid", `${file} isn't YAML: ${said}`, { fields: { file }, cause });
  }
}

/** `changes[3].revision`; keys with dots in quotes. */
function rowOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^\w+$/.test(String(key)) ? `.${String(key)}` : `.${JSON.stringify(String(key))}`;
  });
  return text.join("").replace(/^\./, "") || "the whole file";
}

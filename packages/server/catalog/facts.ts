import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, YAMLParseError } from "yaml";
import * as z from "zod";
import { DistributionConfig } from "../config/schema.ts";
import { ServerError } from "../error.ts";
import type { BranchFacts, Distribution, StartingPoint } from "./types.ts";
import { withoutUser } from "./upstream/index.ts";
import { branchOf, compareVersions } from "./version-order.ts";

/** A distribution with what only the catalog needs to know of it. */
export interface DistributionFacts extends Distribution {
  /** Branches from this one on can be built, if nothing else is said of them. Null: all. */
  enabledFrom: string | null;
  /** Declared, newest first: where upstream has no `.versions.json`, or not all in it. */
  versions: readonly string[];
  stableVersion: string | null;
  /** The upstream URL with user name and password, where it has them: to read from, never to be shown, logged or stored. */
  fetchUrl: string;
  /** Where a branch's versions lie if nothing else is said: `releases/{version}`; with a parent, the parent's one path. */
  defaultPath: string;
}

/** Distributions that ship with Pawl; each is a folder here, and others may be declared in the configuration. */
const SHIPPED = ["openwrt", "lede", "lime"] as const;
const DATA = fileURLToPath(new URL("./data/", import.meta.url));

/** What is in a `distribution.yaml`: all that the configuration may say, and what seldom needs to be said there. */
const DistributionFile = DistributionConfig.extend({
  /** Branches from this one on are enabled. */
  enabled_from: z.string().optional(),
  /** The distribution that came after it: upstream, keys, branches and versions are that one's. */
  continued_by: z.string().optional(),
  starting_points: z
    .array(z.strictObject({ versions: z.array(z.string()), targets: z.array(z.string()).default([]) }))
    .optional(),
});
type DistributionFile = z.infer<typeof DistributionFile>;

/**
 * Every distribution that is enabled: those that ship with Pawl and those of the configuration, whose words win.
 * @throws ServerError `config_invalid`, with the file or field that is wrong and why.
 */
export async function loadDistributions(
  configured: Readonly<Record<string, DistributionConfig>>,
): Promise<DistributionFacts[]> {
  const names = [...new Set([...SHIPPED, ...Object.keys(configured)])];
  const files = new Map<string, DistributionFile>();
  for (const name of names) {
    const file = await loadFile(name, configured[name]);
    if (file.enabled !== false) files.set(name, file);
  }
  return [...files].map(([name, file]) => toFacts(name, file, files));
}

async function loadFile(name: string, config: DistributionConfig = {}): Promise<DistributionFile> {
  const shipped = (SHIPPED as readonly string[]).includes(name) ? await readYaml(join(DATA, name)) : {};
  const own = config.data === undefined ? {} : await readYaml(config.data);
  return merge(merge(shipped, own), config);
}

/** Later words win; of a branch, each of its facts by itself. */
function merge(base: DistributionFile, over: DistributionFile): DistributionFile {
  const branches: NonNullable<DistributionFile["branches"]> = { ...base.branches };
  for (const [name, branch] of Object.entries(over.branches ?? {})) branches[name] = { ...branches[name], ...branch };
  const said = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  return { ...base, ...said, branches };
}

/** A folder may hold other facts only, and no distribution.yaml. */
async function readYaml(folder: string): Promise<DistributionFile> {
  const path = join(folder, "distribution.yaml");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw invalid(`${path} could not be read: ${(error as Error).message}`, path, error);
  }
  try {
    return DistributionFile.parse(parse(text) ?? {});
  } catch (error) {
    if (error instanceof z.ZodError) throw invalid(`${path}: ${z.prettifyError(error)}`, path, error);
    if (error instanceof YAMLParseError) throw invalid(`${path}: ${error.message}`, path, error);
    throw error;
  }
}

function toFacts(name: string, own: DistributionFile, all: ReadonlyMap<string, DistributionFile>): DistributionFacts {
  const successor = own.continued_by === undefined ? null : related(name, own.continued_by, "continued_by", all);
  const parent = own.parent ? related(name, own.parent.distribution, "parent", all) : null;
  const file = successor ? { ...merge(successor, own), starting_points: own.starting_points } : own;
  const fetchUrl = file.upstream_url ?? parent?.upstream_url;
  if (fetchUrl === undefined) {
    throw invalid(`Distribution ${name} has neither upstream_url nor a parent whose it could use.`, name);
  }
  // Without saying it: there may be a password in it.
  if (!URL.canParse(fetchUrl)) throw invalid(`Distribution ${name} has an upstream_url that is no address.`, name);
  const enabledFrom = file.enabled_from ?? null;
  const defaultPath = own.parent && parent ? parentPath(own.parent, parent) : "releases/{version}";
  return {
    name,
    title: own.title ?? name,
    description: own.description ?? "",
    upstreamUrl: withoutUser(fetchUrl),
    canonicalUrl: file.canonical_url ?? (own.parent ? parent?.canonical_url : undefined) ?? withoutUser(fetchUrl),
    continuedBy: own.continued_by ?? null,
    parent: own.parent ?? null,
    repositories: (own.repositories ?? []).map((url) => checkedRepository(name, url)),
    // A parent's feeds are read as the parent's, with its keys; these are for the repositories.
    keys: { usign: file.keys?.usign ?? [], apk: file.keys?.apk ?? [] },
    branches: Object.entries(file.branches ?? {}).map(([branch, said]) =>
      branchFacts({ name, enabledFrom, defaultPath }, branch, said),
    ),
    startingPoints: startingPoints(file),
    fetchUrl,
    enabledFrom,
    defaultPath,
    versions: (file.versions ?? []).map((version) => checkedVersion(name, version)),
    stableVersion: file.stable_version === undefined ? null : checkedVersion(name, file.stable_version),
  };
}

/** The facts of a branch, also of one about which nothing is said. */
export function branchFacts(
  distribution: Pick<DistributionFacts, "name" | "enabledFrom" | "defaultPath">,
  name: string,
  said: NonNullable<DistributionFile["branches"]>[string] = {},
): BranchFacts {
  const snapshot = said.snapshot ?? name === "SNAPSHOT";
  const { enabledFrom, defaultPath } = distribution;
  return {
    name,
    enabled: said.enabled ?? (snapshot || enabledFrom === null || compareVersions(name, enabledFrom) >= 0),
    path: checkedPath(distribution.name, said.path ?? (name === "SNAPSHOT" ? "snapshots" : defaultPath)),
    snapshot,
    branchOffRev: said.branch_off_rev ?? null,
  };
}

function parentPath(
  { distribution, version }: { distribution: string; version: string },
  file: DistributionFile,
): string {
  const facts = { name: distribution, enabledFrom: file.enabled_from ?? null, defaultPath: "releases/{version}" };
  const branch = branchOf(checkedVersion(distribution, version));
  return branchFacts(facts, branch, file.branches?.[branch]).path.replaceAll("{version}", version);
}

function startingPoints(file: DistributionFile): StartingPoint[] {
  const points = (file.starting_points ?? []).flatMap(({ versions, targets }) =>
    versions.map((version) => ({ version, targets })),
  );
  return points.sort((a, b) => compareVersions(b.version, a.version));
}

function related(
  name: string,
  other: string,
  field: string,
  all: ReadonlyMap<string, DistributionFile>,
): DistributionFile {
  const file = all.get(other);
  if (!file) throw invalid(`Distribution ${name} has ${field}: ${other}, which is not declared or not enabled.`, name);
  if (file.parent || file.continued_by) {
    throw invalid(`Distribution ${name} has ${field}: ${other}, which itself depends on another one.`, name);
  }
  return file;
}

/** A name that may become part of a URL and of a file name. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

function checkedVersion(distribution: string, version: string): string {
  if (VERSION.test(version) && !version.includes("..")) return version;
  throw invalid(`Distribution ${distribution}: ${JSON.stringify(version)} can't be a version's name.`, distribution);
}

function checkedPath(distribution: string, path: string): string {
  const plain = path.replaceAll("{version}", "1").replace(/^\/+|\/+$/g, "");
  if (/^[\w.+-]+(\/[\w.+-]+)*$/.test(plain) && !plain.split("/").includes("..")) return path.replace(/^\/+|\/+$/g, "");
  const sentence = `Distribution ${distribution}: ${JSON.stringify(path)} is no path below the upstream URL, such as releases/{version}.`;
  throw invalid(sentence, distribution);
}

const PLACEHOLDERS = ["{version}", "{parent_version}", "{target}", "{arch}"];

function checkedRepository(distribution: string, url: string): string {
  const plain = PLACEHOLDERS.reduce((text, placeholder) => text.replaceAll(placeholder, "x"), url);
  if (withoutUser(url) !== url) {
    // They are told to devices and stand in lists of what is read.
    const shown = JSON.stringify(withoutUser(url));
    throw invalid(
      `Distribution ${distribution}: the repository ${shown} may have no user name in its address.`,
      distribution,
    );
  }
  if (/^https?:\/\/[^\s?#{}]+$/.test(plain) && URL.canParse(plain)) return url.replace(/\/+$/, "");
  const sentence = `Distribution ${distribution}: ${JSON.stringify(url)} is no address of a repository. It may hold ${PLACEHOLDERS.join(", ")}.`;
  throw invalid(sentence, distribution);
}

function invalid(sentence: string, where: string, cause?: unknown): ServerError {
  return new ServerError("config_invalid", sentence, { cause, fields: { where } });
}

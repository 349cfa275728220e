import { byCodePoint } from "../packages-hash.ts";
import { isRepositoryAllowed } from "../repository-allowed.ts";
import { BuildError, type BuildRecipe } from "../types.ts";
import type { Generation } from "./generation.ts";
import { shown } from "./values.ts";

/** A place that packages come from. */
export interface Repository {
  name: string;
  /** As everybody knows it; the folder, without `packages.adb`. */
  url: string;
  /** Who named it: the ImageBuilder, the distribution's own configuration, or who asked for the build. */
  from: "archive" | "distribution" | "request";
}

/** apk's `repositories` name the index, opkg's `repositories.conf` the folder it is in. */
const APK_INDEX = "packages.adb";
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const ADDRESS = /^https?:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9._~:/+%=,@-]*$/;

/**
 * The distribution's own feeds, then those of the request, sorted by name (asu-v1 §1.7). The rule for the request's own was asked when the
 * request came; it is asked again, because this is where something is fetched.
 * @throws BuildError refused_repository
 */
export function addedRepositories(recipe: BuildRecipe): readonly Repository[] {
  const result: Repository[] = [];
  for (const feed of recipe.feeds) {
    const folder = folderOf(/^https?:\/\//.test(feed) ? feed : `${recipe.canonicalUrl}/${feed}`);
    result.push({ name: freeName(feedOf(folder) || "feed", result), url: folder, from: "distribution" });
  }
  const asked = Object.entries(recipe.inputs.repositories).sort(([a], [b]) => byCodePoint(a, b));
  for (const [name, url] of asked) {
    check(name, url, [recipe.canonicalUrl, ...recipe.repositoryAllowList]);
    result.push({ name, url: folderOf(canonical(url, recipe.canonicalUrl)), from: "request" });
  }
  return result;
}

/**
 * All that a build takes packages from: what the archive names, then what was added; or what the request has in place of all others.
 * @throws BuildError refused_repository when two places have one name
 */
export function allRepositories(
  { inputs, canonicalUrl }: BuildRecipe,
  added: readonly Repository[],
  generation: Generation,
): readonly Repository[] {
  const isReplaced = inputs.repositoriesMode === "replace" && added.some(({ from }) => from === "request");
  const result = isReplaced ? [] : archived(generation, canonicalUrl);
  for (const next of added) {
    if (!isReplaced || next.from === "request") add(result, next, generation);
  }
  return result;
}

/**
 * The file that names the feeds, for inside a sandbox. Everything else that the archive says in it, opkg's options above all, stays;
 * the two lines without which opkg finds no kernel or trusts everything are there in any case.
 */
export function repositoriesFile(
  generation: Generation,
  repositories: readonly Repository[],
  inside: (url: string) => string,
): string {
  if (generation.name === "apk") {
    return repositories.map(({ url }) => `${inside(`${url}/${APK_INDEX}`)}\n`).join("");
  }
  const others = generation.text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !REMOTE.test(line) && !OWN_LINES.includes(line));
  return [...repositories.map(({ name, url }) => `src/gz ${name} ${inside(url)}`), ...OWN_LINES, ...others]
    .map((line) => `${line}\n`)
    .join("");
}

/** The ImageBuilder's own folder of packages. */
const LOCAL = "imagebuilder";
const OWN_LINES = [`src ${LOCAL} file:packages`, "option check_signature"];
/** `src/gz openwrt_core https://…`; the local folder is `src imagebuilder file:packages`. */
const REMOTE = /^src(?:\/gz)?\s+(\S+)\s+(https?:\/\/\S+)$/;

function archived({ name, text }: Generation, canonicalUrl: string): Repository[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.flatMap((line): Repository[] => {
    const [, feed = "", url = line] = name === "opkg" ? (REMOTE.exec(line) ?? [line, "", ""]) : [line];
    if (!/^https?:\/\//.test(url)) return [];
    const folder = folderOf(canonical(url, canonicalUrl));
    return [{ name: name === "opkg" ? feed : feedOf(folder), url: folder, from: "archive" }];
  });
}

/** Once each; with opkg a name stands for one place only, because it keeps its lists by name (imagebuilder §7). */
function add(repositories: Repository[], next: Repository, generation: Generation): void {
  if (repositories.some(({ url }) => url === next.url)) return;
  if (next.from === "distribution") {
    repositories.push({ ...next, name: freeName(next.name, repositories) });
    return;
  }
  const same = repositories.find(({ name }) => name === next.name);
  if (generation.name === "opkg" && (same !== undefined || next.name === LOCAL)) {
    const why = same === undefined ? "the ImageBuilder's own packages are" : `${same.url} is`;
    refuse(next.name, `The repository ${next.url} can't be called ${next.name}: ${why} called that already.`);
  }
  repositories.push(next);
}

function check(name: string, url: string, allowed: readonly string[]): void {
  if (!NAME.test(name)) refuse(name, `No repository can be called ${shown(name)}.`);
  if (!ADDRESS.test(url) || new URL(url).pathname !== url.replace(/^https?:\/\/[^/]*/, "")) {
    refuse(name, `The repository ${name} isn't at an address that can be used: ${shown(url)}.`);
  }
  if (!isRepositoryAllowed(url, allowed)) refuse(name, `Repository not allowed: ${url}`);
}

function refuse(name: string, sentence: string): never {
  throw new BuildError("refused_repository", sentence, {
    culprits: [{ kind: "repository", name: name.slice(0, 200), with: [], detail: sentence }],
  });
}

function folderOf(url: string): string {
  return url.replace(/\/packages\.adb$/, "").replace(/\/+$/, "");
}

/** The same place by https and by http is the same place. */
function canonical(url: string, canonicalUrl: string): string {
  const [, rest] = /^https?:\/\/(.*)$/.exec(url) ?? [];
  const place = canonicalUrl.replace(/^https?:\/\//, "");
  return rest !== undefined && (rest === place || rest.startsWith(`${place}/`))
    ? `${canonicalUrl}${rest.slice(place.length)}`
    : url;
}

/** The second `profiles` is `profiles_2`. */
function freeName(name: string, others: readonly Repository[]): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (candidate !== LOCAL && !others.some((other) => other.name === candidate)) return candidate;
  }
}

function feedOf(folder: string): string {
  return (folder.split("/").at(-1) ?? "").replace(/[^A-Za-z0-9_-]/g, "_");
}

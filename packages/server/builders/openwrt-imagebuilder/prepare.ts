import { join } from "node:path";
import type { BuildInputs } from "../../builds/types.ts";
import type { Sandbox } from "../../worker/sandbox/types.ts";
import { BuildError, type BuildRecipe } from "../types.ts";
import { boundedFile } from "./bounded-file.ts";
import { type ConfigFile, parseConfigFile, withAsked } from "./config-file.ts";
import { type Generation, generationOf } from "./generation.ts";
import { allRepositories, type Repository, repositoriesFile } from "./repositories.ts";
import { keyFiles } from "./repository-keys.ts";
import { filesystemOf } from "./values.ts";

/** A tree with everything in it that the request asks for. */
export interface Prepared {
  generation: Generation["name"];
  repositories: readonly Repository[];
  config: ConfigFile;
  /** The folder for make's FILES, below the tree; null without any. */
  filesFolder: string | null;
  warnings: readonly string[];
}

export interface PrepareOptions {
  recipe: BuildRecipe;
  /** Besides those of the archive. */
  added: readonly Repository[];
  /** An address inside the sandbox; null where the sandbox can't reach it. */
  inside(url: string): string | null;
}

/** Where v1's clients know them to be, whatever dialect the request came in (contract server.md §2). */
const FILES_FOLDER = "asu-files";
const FIRST_BOOT_SCRIPT = `${FILES_FOLDER}/etc/uci-defaults/99-asu-defaults`;
const LONGEST_CONFIG = 4 * 1024 * 1024;

/**
 * Lays into a sandbox's tree: where packages come from, the keys for that, the first-boot script, and what older ImageBuilders read from
 * `.config` only.
 * @param tree the pristine one, from outside
 * @throws BuildError
 */
export async function prepare(
  sandbox: Pick<Sandbox, "write">,
  tree: string,
  { recipe, added, inside }: PrepareOptions,
): Promise<Prepared> {
  const { inputs } = recipe;
  const generation = await generationOf(tree);
  const named = allRepositories(recipe, added, generation);
  const repositories = named.filter(({ url }) => inside(url) !== null);
  const warnings = named
    .filter((each) => !repositories.includes(each))
    .map(({ name, url }) => `The ImageBuilder's feed ${name} (${url}) isn't used: builds may not fetch from there.`);

  const keys = keyFiles([...inputs.repositoryKeys, ...distributionKeys(recipe, generation.name)], generation.name);
  const text = repositoriesFile(generation, repositories, (url) => inside(url) ?? url);
  await sandbox.write(generation.file, text);
  for (const key of keys.files) await sandbox.write(key.path, key.text);
  const hasDefaults = inputs.defaults !== null && inputs.defaults !== "";
  // It is sourced at the first boot, not run: it needs no more than to be read.
  if (hasDefaults) await sandbox.write(FIRST_BOOT_SCRIPT, inputs.defaults ?? "", 0o644);
  return {
    generation: generation.name,
    repositories,
    config: await configure(sandbox, tree, inputs),
    filesFolder: hasDefaults ? FILES_FOLDER : null,
    warnings: [...warnings, ...keys.warnings],
  };
}

/** Feeds that a distribution adds to its parent's are signed with its own keys, which the parent's archive doesn't have. */
function distributionKeys(
  { feeds, keys, feedKeys = keys }: BuildRecipe,
  generation: Generation["name"],
): readonly string[] {
  if (feeds.length === 0) return [];
  return generation === "opkg" ? feedKeys.usign : feedKeys.apk;
}

async function configure(
  sandbox: Pick<Sandbox, "write">,
  tree: string,
  { filesystem, rootfsSizeMb }: BuildInputs,
): Promise<ConfigFile> {
  const text = await boundedFile(join(tree, ".config"), LONGEST_CONFIG, "imagebuilder_refused");
  if (text === null) throw new BuildError("imagebuilder_refused", "The ImageBuilder has no .config.");
  const asked = withAsked(text, { filesystem: filesystem === null ? null : filesystemOf(filesystem), rootfsSizeMb });
  if (asked !== text) await sandbox.write(".config", asked);
  return { ...parseConfigFile(text), rootfsPartsizeMb: parseConfigFile(asked).rootfsPartsizeMb };
}

import { BuildError, type BuildRecipe, type Culprit } from "../types.ts";
import { conflictFailure, conflictsIn } from "./conflicts.ts";
import { incompleteImage } from "./essentials.ts";
import { type ImageBuilderInfo, parseInfo } from "./info.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { packageList, removedBy } from "./package-list.ts";
import { fetchedLists } from "./package-lists.ts";
import { imageFailure, unknownProfile } from "./troubles/image-failure.ts";
import { packageFailure } from "./troubles/package-failure.ts";
import type { Workbench } from "./workbench.ts";

/** What an image will be made of. */
export interface Resolved {
  revision: string;
  /** For PACKAGES. */
  packages: readonly string[];
  /** Package → version, without ABI suffixes where the ImageBuilder can leave them out. */
  manifest: Manifest;
  /** opkg's lists of packages; empty for apk. */
  lists: readonly string[];
}

/** `make manifest`: everything that can be known before an image is made is known here. @throws BuildError */
export async function resolve(bench: Workbench, info: ImageBuilderInfo): Promise<Resolved> {
  const { recipe, prepared, sandbox } = bench;
  const { inputs } = recipe;
  checkInfo(bench, info);
  const profile = info.profiles.get(inputs.profile);
  if (profile === undefined) throw unknownProfile(inputs.profile);

  const brought = [...info.defaultPackages, ...profile.packages];
  const packages = packageList(recipe.packages, { diffPackages: inputs.diffPackages, brought });
  const manifest = await readManifest(bench, packages);
  checkVersions(recipe, manifest);

  const offered = new Set(brought.filter((name) => !name.startsWith("-") && !profile.packages.includes(`-${name}`)));
  const incomplete = incompleteImage(manifest, prepared.generation, [...offered]);
  if (incomplete !== null) throw incomplete;
  const lists = prepared.generation === "opkg" ? await fetchedLists(sandbox, prepared.repositories) : [];
  const { failure, warnings } = conflictFailure(conflictsIn(manifest, lists), offered);
  if (failure !== null) throw failure;
  for (const warning of warnings) bench.warn(warning);
  for (const name of removedBy(packages).filter((each) => manifest[each] !== undefined)) {
    bench.warn(`${name} was to be left out; other packages need it, so it is in the image.`);
  }
  return { revision: info.revision, packages, manifest, lists };
}

/** What the ImageBuilder says of itself. @throws BuildError */
export async function readInfo(bench: Workbench): Promise<ImageBuilderInfo> {
  const run = await bench.make(["info"]);
  if (run.code !== 0) throw imageFailure(run, bench.recipe.inputs.profile);
  return parseInfo(run.stdout);
}

/** Whether it is the one that was asked for. */
function checkInfo({ recipe: { inputs }, tools }: Workbench, info: ImageBuilderInfo): void {
  if (info.target !== inputs.target) {
    throw new BuildError("imagebuilder_refused", `The ImageBuilder is of ${info.target}, not of ${inputs.target}.`);
  }
  if (inputs.versionCode === "" || info.revision === inputs.versionCode) return;
  const sentence = `Received incorrect version ${info.revision} (requested ${inputs.versionCode})`;
  if (inputs.isVersionCodeAsked) {
    const culprit: Culprit = { kind: "version", name: info.revision, with: [inputs.versionCode], detail: sentence };
    throw new BuildError("wrong_version", sentence, { culprits: [culprit] });
  }
  tools.log("note", `The ImageBuilder is of ${info.revision} now, no longer of ${inputs.versionCode}.`);
}

async function readManifest(bench: Workbench, packages: readonly string[]): Promise<Manifest> {
  const { profile } = bench.recipe.inputs;
  const run = await bench.make(["manifest", `PROFILE=${profile}`, `PACKAGES=${packages.join(" ")}`, "STRIP_ABI=1"]);
  const { packages: troubles, feeds } = bench.troublesIn(run);
  if (run.code !== 0) throw packageFailure(troubles, feeds) ?? imageFailure(run, profile);
  bench.warnOf(feeds);
  return parseManifest(run.stdout, "The ImageBuilder's manifest");
}

/** asu-v1 §1.7, 3. A name that the server itself has changed has no version that could have been asked for. */
function checkVersions({ inputs, changes }: BuildRecipe, manifest: Manifest): void {
  const changed = new Set(changes.map(({ from }) => from));
  const culprits = Object.entries(inputs.packagesVersions).flatMap(([name, wanted]): Culprit[] => {
    const found = manifest[name];
    if (changed.has(name) || found === wanted) return [];
    const detail =
      found === undefined ? `${name} not in manifest` : `${name} version not as requested: ${wanted} vs. ${found}`;
    return [{ kind: "version", name, with: [], detail }];
  });
  const [first] = culprits;
  if (first !== undefined) throw new BuildError("wrong_package_version", first.detail, { culprits });
}

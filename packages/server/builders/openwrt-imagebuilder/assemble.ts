import { join } from "node:path";
import { packagesHash } from "../packages-hash.ts";
import { BuildError, type MadeFile } from "../types.ts";
import { boundedFile } from "./bounded-file.ts";
import { collect } from "./collect.ts";
import { unsupportedFilesystem } from "./config-file.ts";
import { partitionTooSmall } from "./disk-images.ts";
import type { MakeRun } from "./make.ts";
import { differences, type Manifest, parseManifest } from "./manifest.ts";
import { addedBy } from "./package-list.ts";
import { packagesWith } from "./package-lists.ts";
import { type BuildOutcome, readOutcome } from "./read-result.ts";
import type { Resolved } from "./resolve.ts";
import { imageFailure, namesTooBig, tooBig } from "./troubles/image-failure.ts";
import { packageFailure } from "./troubles/package-failure.ts";
import type { Workbench } from "./workbench.ts";

export interface Assembled extends BuildOutcome {
  /** All that is to be kept, images included, below `tools.folder`. */
  all: readonly MadeFile[];
}

/**
 * `make image`, and whether it has made one: told by the files, because an image that is too big ends with 0 and isn't there
 * (imagebuilder §9).
 * @throws BuildError
 */
export async function assemble(bench: Workbench, resolved: Resolved): Promise<Assembled> {
  const { recipe, sandbox, tools } = bench;
  const { profile, target, filesystem } = recipe.inputs;
  const args = imageArguments(bench, resolved);
  tools.command(["make", ...args]);
  const run = await bench.make(args);
  const lines = [...run.stdout, ...run.stderr];
  if (run.code !== 0) throw failureOf(bench, run);

  const all = await collect(sandbox.outputOutside, join(tools.folder, "made"), recipe.limits.diskBytes);
  const outcome = await readOutcome(all, { target, profile, signal: tools.signal });
  const large = tooBig(lines, profile);
  if (outcome === null) throw large ?? failureOf(bench, run, `make image has made no image for ${profile}.`);
  if (large !== null) {
    if (!outcome.images.some(({ type }) => UPGRADES.test(type))) throw large;
    for (const name of namesTooBig(lines))
      bench.warn(`${name} isn't there: it would be larger than the device has room for.`);
  }
  if (filesystem !== null) checkFilesystem(filesystem, outcome);
  const small = partitionTooSmall(run.stdout, outcome.images, bench.prepared.config.rootfsPartsizeMb, profile);
  if (small !== null) throw small;
  await checkPackages(bench, resolved, { files: all, prefix: String(outcome.profile.image_prefix) });
  bench.warnOf(bench.troublesIn(run).feeds);
  return { ...outcome, all };
}

const LONGEST_MANIFEST = 4 * 1024 * 1024;
/** What a device is upgraded with. */
const UPGRADES = /^(?:sysupgrade|combined|sdcard|combined-efi)/;

/** In the order that v1's clients see it in `build_cmd` (asu-v1 §1.4). */
function imageArguments(
  { recipe: { inputs }, prepared, sandbox }: Workbench,
  { packages, manifest }: Resolved,
): string[] {
  return [
    "image",
    `PROFILE=${inputs.profile}`,
    `PACKAGES=${packages.join(" ")}`,
    `EXTRA_IMAGE_NAME=${packagesHash(Object.keys(manifest)).slice(0, 12)}`,
    `BIN_DIR=${sandbox.output}`,
    ...(prepared.filesFolder === null ? [] : [`FILES=${sandbox.tree}/${prepared.filesFolder}`]),
    ...(inputs.rootfsSizeMb === null ? [] : [`ROOTFS_PARTSIZE=${inputs.rootfsSizeMb}`]),
    ...(inputs.filesystem === null ? [] : [`ROOTFS_FILESYSTEM=${inputs.filesystem}`]),
  ];
}

/** Size first: what doesn't fit makes other things fail. Then packages, then make itself. */
function failureOf(bench: Workbench, run: MakeRun, otherwise?: string): BuildError {
  const { profile } = bench.recipe.inputs;
  const { packages, feeds } = bench.troublesIn(run);
  const known = tooBig([...run.stdout, ...run.stderr], profile) ?? packageFailure(packages, feeds);
  if (known !== null) return known;
  const failure = imageFailure(run, profile);
  return otherwise !== undefined && failure.code === "build_failed"
    ? new BuildError("build_failed", otherwise)
    : failure;
}

function checkFilesystem(asked: string, { images }: BuildOutcome): void {
  const made = [...new Set(images.flatMap(({ filesystem }) => filesystem ?? []))];
  if (!made.includes(asked)) throw unsupportedFilesystem(asked, made);
}

/**
 * The image has exactly what was resolved, and all that was asked for is in it. Feeds may have changed in between: then the file names
 * say what isn't so, and the next try is better.
 */
async function checkPackages(
  bench: Workbench,
  { manifest, packages, lists }: Resolved,
  { files, prefix }: { files: readonly MadeFile[]; prefix: string },
): Promise<void> {
  const whole = await manifestOf(files, prefix);
  const changed = differences(manifest, whole);
  if (changed.length > 0) {
    const names = changed.slice(0, 5).join(", ");
    throw new BuildError(
      "mirror_failed",
      `The feeds changed while the image was made: it has other versions of ${names}.`,
    );
  }
  for (const name of addedBy(packages)) {
    if (manifest[name] !== undefined || whole[name] !== undefined) continue;
    const providers = bench.prepared.generation === "opkg" ? providersIn(name, manifest, lists) : null;
    if (providers !== null && providers.length === 0) {
      const detail = `${name} was asked for and isn't in the image.`;
      throw new BuildError("missing_package", detail, { culprits: [{ kind: "package", name, with: [], detail }] });
    }
    // apk ends well only when all that it was asked for is there, by this name or another.
    bench.warn(
      `${name} is in the image as ${providers === null ? "a package of another name" : providers.join(", ")}.`,
    );
  }
}

function providersIn(name: string, manifest: Manifest, lists: readonly string[]): readonly string[] {
  const providers = lists.flatMap((list) => packagesWith("Provides", list));
  return [
    ...new Set(
      providers.filter((each) => isProvider(each, name) && manifest[each.name] !== undefined).map((each) => each.name),
    ),
  ];
}

function isProvider({ provides }: { provides: readonly string[] }, name: string): boolean {
  return provides.some((each) => each === name || each.startsWith(`${name}=`));
}

async function manifestOf(files: readonly MadeFile[], prefix: string): Promise<Manifest> {
  const file = files.find(({ name }) => name === `${prefix}.manifest`);
  const text = file === undefined ? null : await boundedFile(file.path, LONGEST_MANIFEST, "build_failed");
  if (text === null) throw new BuildError("build_failed", `make image has left no ${prefix}.manifest.`);
  return parseManifest(text.split("\n"), `${prefix}.manifest`);
}

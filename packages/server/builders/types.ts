import type { BuildInputs, BuildStep } from "../builds/types.ts";
import type { BuildChange } from "../upgrades/build-changes.ts";
import type { Sandboxes } from "../worker/sandbox/types.ts";

/** What a worker is told: everything that decides an image travels with the job (contract server.md §4). */
export interface BuildRecipe {
  /** Which builder: `openwrt-imagebuilder`. */
  builder: string;
  inputs: BuildInputs;
  /** `inputs.packages` with the server's own changes. */
  packages: readonly string[];
  changes: readonly BuildChange[];
  /** Where files are fetched from, without a slash at its end. A worker's own configuration may name another. */
  upstreamUrl: string;
  /** What repository files in archives call the same place: `https://downloads.openwrt.org`. */
  canonicalUrl: string;
  /** Below both: `releases/24.10.5/targets/ath79/generic`. */
  targetPath: string;
  /** Feeds besides those of the archive, whole addresses; a distribution with a parent has them. */
  feeds: readonly string[];
  /** Public keys by which sha256sums must be signed; none: it isn't looked at. */
  keys: { usign: readonly string[]; apk: readonly string[] };
  /** By which `feeds` are signed, where those aren't the archive's own; absent: `keys`. */
  feedKeys?: { usign: readonly string[]; apk: readonly string[] };
  /** Others than the upstream's that repositories may be on. */
  repositoryAllowList: readonly string[];
  limits: BuildLimits;
}

export interface BuildLimits {
  /** Milliseconds for the whole build. */
  timeMs: number;
  memoryBytes: number;
  diskBytes: number;
  processes: number;
  /** Of output; the middle of what is longer is left out. */
  logBytes: number;
}

/** What a builder is given for one build. */
export interface BuilderTools {
  /** Empty, on the disk, and removed by the worker in the end. */
  folder: string;
  sandboxes: Sandboxes;
  step(step: BuildStep): void;
  /** The command that makes the image, once it is known. */
  command(argv: readonly string[]): void;
  log(stream: "stdout" | "stderr" | "note", line: string): void;
  signal: AbortSignal;
}

/** One file that a builder has made, not yet in the store. */
export interface MadeFile {
  /** Safe: letters, digits, `.`, `_`, `+`, `-`; doesn't begin with a dot. */
  name: string;
  /** Where it is now: a regular file. */
  path: string;
}

export interface MadeImage extends MadeFile {
  type: string;
  filesystem: string | null;
  sha256Unsigned: string | null;
}

/** All that a build came to; the worker stores the files and adds their sizes and sums. */
export interface Made {
  versionCode: string;
  versionNumber: string;
  sourceDateEpoch: number;
  images: readonly MadeImage[];
  /** Besides the images: manifest, sha256sums, profiles.json, … */
  files: readonly MadeFile[];
  manifest: Readonly<Record<string, string>>;
  packages: readonly string[];
  warnings: readonly string[];
  target: Readonly<Record<string, unknown>>;
  profile: Readonly<Record<string, unknown>>;
}

/** Makes images. A second one is a folder, and a line in `builders/index.ts`. */
export interface Builder {
  readonly name: string;
  /** Whether what it needs is there; null, or what lacks and how to get it, in a sentence. */
  readiness(signal: AbortSignal): Promise<string | null>;
  /** @throws BuildError; anything else is our own fault */
  build(recipe: BuildRecipe, tools: BuilderTools): Promise<Made>;
}

/** What stands in the way, by name, for programs and pages. */
export interface Culprit {
  kind: "package" | "conflict" | "version" | "profile" | "size" | "filesystem" | "repository" | "mirror" | "machine";
  /** `luci-app-foo` */
  name: string;
  /** Packages that want it, or that it conflicts with. */
  with: readonly string[];
  /** In words. */
  detail: string;
}

/** Every way in which a build fails. A passing one is tried again by itself: contract server.md §3. */
export const BUILD_ERRORS = {
  /** No such package, or no version of it that others want. */
  missing_package: "permanent",
  conflicting_packages: "permanent",
  /** Asked for with a version that the feeds don't have. */
  wrong_package_version: "permanent",
  /** Two packages bring the same file, a script of one fails. */
  broken_package: "permanent",
  wrong_version: "permanent",
  unknown_profile: "permanent",
  unsupported_filesystem: "permanent",
  /** The image doesn't fit the device. */
  too_big: "permanent",
  /** Without a part that nothing runs without. */
  incomplete_image: "permanent",
  /** A repository isn't allowed or a key isn't one. */
  refused_repository: "permanent",
  /** More time, memory, disk or processes than a build may have. */
  limit_exceeded: "permanent",
  /** Wrong hash or signature, not an archive. */
  imagebuilder_refused: "permanent",
  /** Upstream has none for this version and target (yet). */
  imagebuilder_missing: "permanent",
  /** Its make failed for a reason that nobody here knows. */
  build_failed: "permanent",
  /** Whatever is built makes workers die. */
  kills_worker: "permanent",
  /** The mirror is down, slow, or in the middle of a change. */
  mirror_failed: "passing",
  /** The worker's disk is full, or it has no sandbox now. */
  worker_failed: "passing",
} as const;

export type BuildErrorCode = keyof typeof BUILD_ERRORS;

/** A build that came to nothing, and why. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly code: BuildErrorCode;
  readonly culprits: readonly Culprit[];

  constructor(
    code: BuildErrorCode,
    sentence: string,
    details: { culprits?: readonly Culprit[]; cause?: unknown } = {},
  ) {
    super(sentence, { cause: details.cause });
    this.code = code;
    this.culprits = details.culprits ?? [];
  }

  get isPassing(): boolean {
    return BUILD_ERRORS[this.code] === "passing";
  }
}

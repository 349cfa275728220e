import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BuildError, type Builder, type BuilderTools, type BuildRecipe, type Made } from "../../builders/types.ts";

export interface WaitingOptions {
  /** As recipes name it. Default `openwrt-imagebuilder`, in whose place it is. */
  name?: string;
  /** How long each build takes, in milliseconds. Default 0. */
  waitMs?: number;
  /** Lines it says before it waits. Default one. */
  lines?: number;
}

/**
 * A builder that needs neither mirror nor sandbox: it says some lines, waits, and writes a small image. For what is about
 * the queue and about what surrounds a build.
 */
export class WaitingBuilder implements Builder {
  readonly name: string;
  readonly #options: WaitingOptions;
  /** In the order in which they were begun. */
  readonly begun: BuildRecipe[] = [];
  /** What the next ones fail with, one after another. */
  readonly failures: unknown[] = [];
  lack: string | null = null;
  /** Builds in here now, and as many as there were at once. */
  inside = 0;
  most = 0;
  #hold: { promise: Promise<void>; resolve: () => void } | null = null;

  constructor(options: WaitingOptions = {}) {
    this.name = options.name ?? "openwrt-imagebuilder";
    this.#options = options;
  }

  readiness(): Promise<string | null> {
    return Promise.resolve(this.lack);
  }

  /** Until it is disposed of, builds don't come to their end. */
  hold(): Disposable {
    const held = Promise.withResolvers<void>();
    this.#hold = held;
    return {
      [Symbol.dispose]: () => {
        if (this.#hold === held) this.#hold = null;
        held.resolve();
      },
    };
  }

  async build(recipe: BuildRecipe, tools: BuilderTools): Promise<Made> {
    this.begun.push(recipe);
    this.inside++;
    this.most = Math.max(this.most, this.inside);
    try {
      return await this.#build(recipe, tools);
    } finally {
      this.inside--;
    }
  }

  async #build(recipe: BuildRecipe, tools: BuilderTools): Promise<Made> {
    const { waitMs = 0, lines = 1 } = this.#options;
    const { signal } = tools;
    tools.step("resolve");
    for (let n = 0; n < lines; n++)
      tools.log(n % 10 === 9 ? "stderr" : "stdout", `line ${n} of ${recipe.inputs.profile}`);
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    if (this.#hold) await orAborted(this.#hold.promise, signal);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    tools.step("assemble");
    tools.command(["make", "image", `PROFILE=${recipe.inputs.profile}`, `PACKAGES=${recipe.packages.join(" ")}`]);
    return written(recipe, tools.folder);
  }
}

/** What a mirror that is down makes of a build. */
export function passingFailure(): BuildError {
  return new BuildError("mirror_failed", "The mirror doesn't answer.");
}

async function written(recipe: BuildRecipe, folder: string): Promise<Made> {
  const { profile, versionCode, version } = recipe.inputs;
  const image = `openwrt-${profile}-squashfs-sysupgrade.bin`;
  const manifest = `openwrt-${profile}.manifest`;
  await writeFile(join(folder, image), `image of ${profile} with ${recipe.packages.join(" ")}`);
  await writeFile(join(folder, manifest), recipe.packages.map((name) => `${name} - 1\n`).join(""));
  const made = {
    name: image,
    path: join(folder, image),
    type: "sysupgrade",
    filesystem: "squashfs",
    sha256Unsigned: null,
  };
  return {
    versionCode,
    versionNumber: version,
    sourceDateEpoch: 1_700_000_000,
    images: [made],
    files: [{ name: manifest, path: join(folder, manifest) }],
    manifest: Object.fromEntries(recipe.packages.map((name) => [name, "1"])),
    packages: recipe.packages,
    warnings: [],
    target: { target: recipe.inputs.target, default_packages: ["base-files"] },
    profile: { images: [{ name: image, type: "sysupgrade", filesystem: "squashfs", sha256: "as the builder says" }] },
  };
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { MirrorServer, TempDir } from "@pawl/testkit";
import { createLog } from "../../../log/log.ts";
import { openFetchProxy } from "../../../worker/proxy/index.ts";
import { openSandboxes, removeTree } from "../../../worker/sandbox/index.ts";
import type { Sandboxes } from "../../../worker/sandbox/types.ts";
import { BuildError, type Builder, type BuilderTools, type BuildRecipe, type Made } from "../../types.ts";
import { createOpenwrtImageBuilder } from "../index.ts";
import { openTrees, type Trees } from "../trees/index.ts";
import { recipeOf } from "./recipe.ts";

/** What one build came to, and what was seen of it. */
export interface Attempt {
  made: Made | null;
  failure: BuildError | null;
  steps: readonly string[];
  command: readonly string[];
  /** Every line, as `stream: text`. */
  log: readonly string[];
  /** Where the made files are. */
  folder: string;
}

/** The real builder with all it needs, over the miniature mirror. */
export class Workshop implements AsyncDisposable {
  readonly mirror: MirrorServer;
  readonly sandboxes: Sandboxes;
  readonly #builder: Builder;
  readonly #trees: Trees;
  readonly #dir: TempDir;

  private constructor(parts: {
    mirror: MirrorServer;
    sandboxes: Sandboxes;
    builder: Builder;
    trees: Trees;
    dir: TempDir;
  }) {
    this.mirror = parts.mirror;
    this.sandboxes = parts.sandboxes;
    this.#builder = parts.builder;
    this.#trees = parts.trees;
    this.#dir = parts.dir;
  }

  static async open(): Promise<Workshop> {
    const dir = await TempDir.create("pawl-ib-");
    const mirror = await MirrorServer.start();
    const log = createLog({ level: "silent" });
    const signal = AbortSignal.timeout(600_000);
    const sandboxes = await openSandboxes({
      mode: "bubblewrap",
      user: "pawl-build",
      folder: dir.join("sandboxes"),
      log,
      signal,
    });
    const { user } = sandboxes;
    const trees = await openTrees({ dir: dir.join("trees"), budgetBytes: 1024 ** 3, user, log });
    const builder = createOpenwrtImageBuilder({
      trees,
      openProxy: (options) => openFetchProxy({ ...options, cacheDir: null, log }),
    });
    await mkdir(dir.join("builds"), { recursive: true });
    return new Workshop({ mirror, sandboxes, builder, trees, dir });
  }

  /** Builds what is asked for, from the mirror. Failures that aren't a build's are thrown. */
  async build(given: Parameters<typeof recipeOf>[0] = {}, signal = AbortSignal.timeout(600_000)): Promise<Attempt> {
    const folder = await mkdtemp(join(this.#dir.path, "builds", "b-"));
    const steps: string[] = [];
    const log: string[] = [];
    let command: readonly string[] = [];
    const tools: BuilderTools = {
      folder,
      sandboxes: this.sandboxes,
      step: (step) => steps.push(step),
      command: (argv) => {
        command = argv;
      },
      log: (stream, line) => log.push(`${stream}: ${line}`),
      signal,
    };
    const recipe: BuildRecipe = recipeOf({ upstreamUrl: this.mirror.url, ...given });
    const seen = { steps, log, folder };
    try {
      return { ...seen, made: await this.#builder.build(recipe, tools), failure: null, command };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      return { ...seen, made: null, failure: error, command };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#trees[Symbol.asyncDispose]();
    await this.mirror[Symbol.asyncDispose]();
    await removeTree(this.#dir.join("builds"), AbortSignal.timeout(60_000));
    await this.#dir[Symbol.asyncDispose]();
  }
}

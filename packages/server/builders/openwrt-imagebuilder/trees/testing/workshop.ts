import { readdir } from "node:fs/promises";
import { MirrorServer, TempDir } from "@pawl/testkit";
import type { BuildStep } from "../../../../builds/types.ts";
import { createLog } from "../../../../log/log.ts";
import { BuildError, type BuildErrorCode, type BuildRecipe } from "../../../types.ts";
import { type HeldTree, openTrees, type Trees, type TreesOptions } from "../index.ts";
import { recipeFor } from "./recipe.ts";

export const VERSION = "24.10.5";
export const TARGET = "ath79/generic";

/** Who trees belong to, where tests run as root: anybody but root. */
export const USER = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;

const LOG = createLog({ level: "silent" });

/** A mirror, a place for trees, and what was said meanwhile. */
export class Workshop implements AsyncDisposable {
  readonly mirror: MirrorServer;
  readonly dir: TempDir;
  readonly steps: BuildStep[] = [];
  readonly notes: string[] = [];
  now = new Date("2026-03-01T12:00:00Z");

  private constructor(mirror: MirrorServer, dir: TempDir) {
    this.mirror = mirror;
    this.dir = dir;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await MirrorServer.start(), await TempDir.create());
  }

  /** @param name of the folder, which others may share */
  trees(name: string, more: Partial<TreesOptions> = {}): Promise<Trees> {
    return openTrees({
      dir: this.dir.join(name),
      budgetBytes: 1024 ** 3,
      user: USER,
      log: LOG,
      clock: () => this.now,
      ...more,
      limits: { pauseMs: 10, ...more.limits },
    });
  }

  recipe(more: Partial<BuildRecipe> = {}, version = VERSION, target = TARGET): BuildRecipe {
    return recipeFor(this.mirror.url, version, target, more);
  }

  take(trees: Trees, recipe = this.recipe(), signal: AbortSignal = new AbortController().signal): Promise<HeldTree> {
    this.steps.length = 0;
    this.notes.length = 0;
    return trees.take(recipe, {
      step: (step) => void this.steps.push(step),
      log: (_, line) => void this.notes.push(line),
      signal,
    });
  }

  /** The code with which none is given; `taken` when one is. */
  async outcome(trees: Trees, recipe = this.recipe()): Promise<{ code: BuildErrorCode | "taken"; sentence: string }> {
    try {
      await using _held = await this.take(trees, recipe);
      return { code: "taken", sentence: "" };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      return { code: error.code, sentence: error.message };
    }
  }

  /** Names in a folder of the trees'. */
  async names(...path: string[]): Promise<string[]> {
    return readdir(this.dir.join(...path)).catch(() => []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mirror[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }
}

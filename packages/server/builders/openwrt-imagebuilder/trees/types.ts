import type { BuilderTools, BuildRecipe } from "../../types.ts";

/** ImageBuilders of this machine: fetched, verified, unpacked once, and kept within a budget. */
export interface Trees extends AsyncDisposable {
  /**
   * The pristine tree for a recipe, which nobody may write to. Those who ask for the same at once wait for one fetch.
   * Upstream is asked whether it is still the newest (a snapshot's changes under the same name).
   * @throws BuildError imagebuilder_missing, imagebuilder_refused, mirror_failed, worker_failed
   */
  take(recipe: BuildRecipe, tools: Pick<BuilderTools, "step" | "log" | "signal">): Promise<HeldTree>;
}

/** It isn't removed while somebody holds it. */
export interface HeldTree extends AsyncDisposable {
  readonly path: string;
  /** `openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.zst` */
  readonly archive: string;
  /** Of the archive, hex. */
  readonly sha256: string;
}

import { LRUCache } from "lru-cache";
import { BuildError, type Builder } from "../types.ts";
import { buildImage, type ImageBuilderParts } from "./build.ts";
import type { ImageBuilderInfo } from "./info.ts";
import { readiness } from "./readiness.ts";
import { isDiskFull } from "./trees/trouble.ts";

export type { ImageBuilderParts } from "./build.ts";

export const OPENWRT_IMAGEBUILDER = "openwrt-imagebuilder";

/** A target's has some hundred profiles. */
const MOST_INFOS = 100;

/** Makes images with the ImageBuilder that upstream publishes for each version and target, of both generations: opkg and apk. */
export function createOpenwrtImageBuilder(parts: ImageBuilderParts): Builder {
  const infos = new LRUCache<string, ImageBuilderInfo>({ max: MOST_INFOS });
  return {
    name: OPENWRT_IMAGEBUILDER,
    readiness: () => readiness({ arch: process.arch, path: process.env.PATH ?? "" }),
    async build(recipe, tools) {
      try {
        return await buildImage({ ...parts, infos }, recipe, tools);
      } catch (error) {
        tools.signal.throwIfAborted();
        if (!isDiskFull(error)) throw error;
        throw new BuildError("worker_failed", "The worker's disk is full.", { cause: error });
      }
    },
  };
}

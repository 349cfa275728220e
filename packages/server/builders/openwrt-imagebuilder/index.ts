import type { Builder } from "../types.ts";
import { buildImage, type ImageBuilderParts } from "./build.ts";
import { readiness } from "./readiness.ts";

export type { ImageBuilderParts } from "./build.ts";

export const OPENWRT_IMAGEBUILDER = "openwrt-imagebuilder";

/** Makes images with the ImageBuilder that upstream publishes for each version and target, of both generations: opkg and apk. */
export function createOpenwrtImageBuilder(parts: ImageBuilderParts): Builder {
  return {
    name: OPENWRT_IMAGEBUILDER,
    readiness: () => readiness({ arch: process.arch, path: process.env.PATH ?? "" }),
    build: (recipe, tools) => buildImage(parts, recipe, tools),
  };
}

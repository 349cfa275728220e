import { createOpenwrtImageBuilder, type ImageBuilderParts } from "./openwrt-imagebuilder/index.ts";
import type { Builder } from "./types.ts";

/** What builders use of the worker they run in. */
export type BuilderParts = ImageBuilderParts;

/** Every builder there is: a folder each, and a line here. A recipe says by name which one it is for. */
export function createBuilders(parts: BuilderParts): readonly Builder[] {
  return [createOpenwrtImageBuilder(parts)];
}

import type { SourceConfig } from "@pawl/protocol";
import { httpSource } from "./http/index.ts";
import type { Source } from "./types.ts";

export type { Offer, Source } from "./types.ts";

/** What a source gets: `cacheDir` is a folder of its own for what it wants to remember between checks. */
export interface SourceParts {
  cacheDir: string;
  userAgent: string;
}

/** The source an app declares. A new kind is a folder and a line here. */
export function createSource(config: SourceConfig, parts: SourceParts): Source {
  if ("http" in config) return httpSource(config.http, parts);
  throw new Error("TODO");
}

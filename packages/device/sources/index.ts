import type { SourceConfig } from "@pawl/protocol";
import { httpSource } from "./http/index.ts";
import type { Source } from "./types.ts";

export type { Offer, Source } from "./types.ts";

/** What a source gets: `cacheDir` is a folder of its own for what it wants to remember between checks. */
export interface SourceParts {
  cacheDir: string;
  userAgent: string;
}

/** Every kind of source by its name in `pawl.yaml`. A new one is a folder and a line here. */
const sources = {
  http: httpSource,
} satisfies { [K in keyof SourceConfig]: (config: SourceConfig[K], parts: SourceParts) => Source };

/** The source an app declares. */
export function createSource(config: SourceConfig, parts: SourceParts): Source {
  return sources.http(config.http, parts);
}

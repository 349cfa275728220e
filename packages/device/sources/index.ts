import type { SourceConfig } from "@pawl/protocol";
import { directorySource } from "./directory/index.ts";
import { giteaSource } from "./gitea/index.ts";
import { githubSource } from "./github/index.ts";
import { httpSource } from "./http/index.ts";
import type { Source, SourceParts } from "./types.ts";

export type { Offer, Source, SourceParts } from "./types.ts";

/** The source an app declares. A new kind is a folder and a line here. */
export function createSource(config: SourceConfig, parts: SourceParts): Source {
  if ("http" in config) return httpSource(config.http, parts);
  if ("github" in config) return githubSource(config.github, parts);
  if ("gitea" in config) return giteaSource(config.gitea, parts);
  return directorySource(config.directory);
}

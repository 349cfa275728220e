import type { SourceConfig } from "@pawl/protocol";
import type { Run } from "../system/types.ts";
import { directorySource } from "./directory/index.ts";
import { gitSource } from "./git/index.ts";
import { giteaSource } from "./gitea/index.ts";
import { githubBranches } from "./github/branches/index.ts";
import { githubSource } from "./github/index.ts";
import { httpSource } from "./http/index.ts";
import { releaseSource } from "./release-source.ts";
import type { ReleaseList, Source, SourceParts } from "./types.ts";

export type { Offer, Source, SourceParts } from "./types.ts";

/** The source an app declares. A new kind is a folder and a line here. */
export function createSource(config: SourceConfig, parts: SourceParts & { run: Run }): Source {
  if ("git" in config) return gitSource(config.git, parts);
  if ("github" in config && config.github.follow === "branches") return githubBranches(config.github, parts);
  return releaseSource(createReleaseList(config, parts));
}

function createReleaseList(config: Exclude<SourceConfig, { git: object }>, parts: SourceParts): ReleaseList {
  if ("http" in config) return httpSource(config.http, parts);
  if ("github" in config) return githubSource(config.github, parts);
  if ("gitea" in config) return giteaSource(config.gitea, parts);
  return directorySource(config.directory);
}

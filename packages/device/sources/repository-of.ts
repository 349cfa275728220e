import type { SourceConfig } from "@pawl/protocol";
import { withoutSecrets } from "./git/transport.ts";
import { githubWeb } from "./github/repository.ts";

/** Where a source's commits come from, as Python's direct_url.json says it; null when its releases are bundles. Pure. */
export function repositoryOf(source: SourceConfig): { url: string } | null {
  if ("git" in source) return { url: withoutSecrets(source.git.url) };
  if (!("github" in source) || source.github.follow !== "branches") return null;
  return { url: `${githubWeb(source.github.url)}/${source.github.repo}.git` };
}

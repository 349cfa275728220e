import type { GithubSource } from "@pawl/protocol";
import { forgeSource } from "../forge/forge-source.ts";
import { READ_LIMITS, type ReadLimits, type ReleaseList, type SourceParts } from "../types.ts";
import { githubRepository } from "./repository.ts";

export { githubWeb } from "./repository.ts";

const PER_PAGE = 100;

/** Releases of a repository on GitHub, or on a GitHub Enterprise Server. */
export function githubSource(
  config: Pick<GithubSource, "url" | "repo" | "token_file">,
  { cacheDir, userAgent }: Pick<SourceParts, "cacheDir" | "userAgent">,
  limits: ReadLimits = READ_LIMITS,
): ReleaseList {
  const { name, address, repo, api, root, hasToken, headersFor } = githubRepository(config, userAgent);
  return forgeSource(
    {
      name,
      address,
      repo,
      releasesUrl: `${root}/releases?per_page=${PER_PAGE}`,
      cacheName: "github-releases",
      accept: "application/vnd.github+json",
      hasToken,
      // A private repository's assets are to be had only from the API, which gives their description unless it is told.
      addressOf: (asset) => (hasToken && asset.url ? asset.url : asset.browser_download_url),
      headersFor: async (url) => {
        const headers = await headersFor(url);
        return new URL(url).origin === api.origin ? { accept: "application/octet-stream", ...headers } : headers;
      },
    },
    { cacheDir, limits },
  );
}

import type { GithubSource } from "@pawl/protocol";
import { redactUrl } from "../../download/index.ts";
import { accessTo } from "../access.ts";
import { forgeSource } from "../forge/forge-source.ts";
import { READ_LIMITS, type ReadLimits, type Source, type SourceParts } from "../types.ts";

const PER_PAGE = 100;

/** Releases of a repository on GitHub, or on a GitHub Enterprise Server. */
export function githubSource(
  { url, repo, token_file }: GithubSource,
  { cacheDir, userAgent }: SourceParts,
  limits: ReadLimits = READ_LIMITS,
): Source {
  const api = new URL(`${url.replace(/\/+$/, "")}/`);
  const hasToken = token_file !== undefined;
  const access = accessTo({ url: api, token_file, scheme: "Bearer", userAgent });
  const releases = new URL(`repos/${repo}/releases?per_page=${PER_PAGE}`, redactUrl(api));
  const isPublic = api.host === "api.github.com";

  return forgeSource(
    {
      name: isPublic ? "GitHub" : api.host,
      address: `${webOf(api, isPublic)}/${repo}`,
      repo,
      releasesUrl: releases.href,
      cacheName: "github-releases",
      accept: "application/vnd.github+json",
      hasToken,
      // A private repository's assets are to be had only from the API, which gives their description unless it is told.
      addressOf: (asset) => (hasToken && asset.url ? asset.url : asset.browser_download_url),
      headersFor: async (address) => {
        const headers = await access(address);
        if (new URL(address).origin !== api.origin) return headers;
        return { accept: "application/octet-stream", "x-github-api-version": "2022-11-28", ...headers };
      },
    },
    { cacheDir, limits },
  );
}

/** Where people see the repository: an Enterprise Server has its API below `/api/v3`. */
function webOf(api: URL, isPublic: boolean): string {
  return isPublic ? "https://github.com" : `${api.origin}${api.pathname.replace(/\/(api\/v3\/)?$/, "")}`;
}

import type { GiteaSource } from "@pawl/protocol";
import { redactUrl } from "../../download/index.ts";
import { accessTo } from "../access.ts";
import { forgeSource } from "../forge/forge-source.ts";
import type { Asset } from "../forge/release.ts";
import { READ_LIMITS, type ReadLimits, type ReleaseList, type SourceParts } from "../types.ts";

const PER_PAGE = 50;

/** Releases of a repository on Gitea or Forgejo. */
export function giteaSource(
  { url, repo, token_file }: GiteaSource,
  { cacheDir, userAgent }: SourceParts,
  limits: ReadLimits = READ_LIMITS,
): ReleaseList {
  // People copy the address of the API, too.
  const base = redactUrl(url).replace(/(\/api\/v1)?\/*$/, "");
  const hasToken = token_file !== undefined;

  return forgeSource(
    {
      name: new URL(base).host,
      address: `${base}/${repo}`,
      repo,
      releasesUrl: `${base}/api/v1/repos/${repo}/releases?limit=${PER_PAGE}`,
      cacheName: "gitea-releases",
      accept: "application/json",
      hasToken,
      addressOf: (asset) => addressOn(base, asset),
      headersFor: accessTo({ url: new URL(url), token_file, scheme: "token", userAgent }),
    },
    { cacheDir, limits },
  );
}

/**
 * A Gitea builds its addresses from the name it has been told it has (ROOT_URL), which behind a proxy or on a LAN is often
 * one that nobody else reaches, and to which no token would be sent: its own files are asked for where its API answers.
 */
function addressOn(base: string, { browser_download_url: listed, type }: Asset): string {
  const own = /\/[^/]+\/[^/]+\/releases\/download\/.+$/.exec(URL.canParse(listed) ? new URL(listed).pathname : "")?.[0];
  return own === undefined || type === "external" ? listed : `${base}${own}`;
}

import type { ProxyRoute } from "../../worker/proxy/types.ts";
import type { BuildRecipe } from "../types.ts";
import type { Repository } from "./repositories.ts";

/**
 * Where a build's sandbox may fetch from, and nothing else: the distribution's own place, by whatever mirror there is for it, and each
 * repository that isn't below it. What a tree names besides, such as a vendor's server, isn't reached.
 */
export function routesOf(
  { canonicalUrl, upstreamUrl }: Pick<BuildRecipe, "canonicalUrl" | "upstreamUrl">,
  repositories: readonly Repository[],
): readonly ProxyRoute[] {
  const others = repositories.filter(({ from, url }) => from !== "archive" && !url.startsWith(`${canonicalUrl}/`));
  return [
    { prefix: canonicalUrl, upstream: upstreamUrl },
    ...[...new Set(others.map(({ url }) => url))].map((url) => ({ prefix: url, upstream: url })),
  ];
}

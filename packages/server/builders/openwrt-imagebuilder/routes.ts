import type { ProxyRoute } from "../../worker/proxy/types.ts";
import type { BuildRecipe } from "../types.ts";
import type { Repository } from "./repositories.ts";

/**
 * Where a build's sandbox may fetch from, and nothing else: the distribution's own place, by whatever mirror there is for it, and each
 * repository that isn't below it. What an archive names besides isn't reached. A repository of the request may only be at a private
 * address where the allow-list has that very host and port.
 */
export function routesOf(recipe: BuildRecipe, added: readonly Repository[]): readonly ProxyRoute[] {
  const { canonicalUrl, upstreamUrl, repositoryAllowList } = recipe;
  const others = added.filter(({ url }) => !url.startsWith(`${canonicalUrl}/`));
  const routes: ProxyRoute[] = [{ prefix: canonicalUrl, upstream: upstreamUrl, mayBePrivate: true }];
  for (const { url, from } of others) {
    if (routes.some(({ prefix }) => prefix === url)) continue;
    const mayBePrivate = from === "distribution" || repositoryAllowList.some((allowed) => isSameHost(allowed, url));
    routes.push({ prefix: url, upstream: url, mayBePrivate });
  }
  return routes;
}

/** What a command inside a sandbox prints, with addresses as everybody knows them. */
export function outsideOf(routes: readonly ProxyRoute[], port: number): (line: string) => string {
  const inside = new RegExp(`http://127\\.0\\.0\\.1:${port}/(\\d+)(?![\\w.])`, "g");
  return (line) =>
    line.includes("127.0.0.1") ? line.replace(inside, (all, n) => routes[Number(n)]?.prefix ?? all) : line;
}

function isSameHost(allowed: string, url: string): boolean {
  return URL.canParse(allowed) && new URL(allowed).host === new URL(url).host;
}

import { PROXY_PORT } from "../sandbox/types.ts";
import type { ProxyRoute } from "./types.ts";

/** A file that may be fetched. */
export interface Wanted {
  route: ProxyRoute;
  /** At upstream, without a user. */
  url: URL;
  /** As repository files say it. */
  said: string;
}

const LONGEST_TARGET = 2_048;
/** RFC 3986 3.3: what a path may be made of; no query, no fragment, no backslash, nothing that would have to be encoded. */
const TARGET = /^\/(0|[1-9]\d{0,2})\/([A-Za-z0-9._~!$&'()*+,;=:@%/-]+)$/;

/** What a request's target, `/<number of the route>/<rest>`, stands for; null when it isn't exactly one file below a route. */
export function wantedBy(routes: readonly ProxyRoute[], target: string): Wanted | null {
  if (target.length > LONGEST_TARGET) return null;
  const [, number, rest] = TARGET.exec(target) ?? [];
  const route = routes[Number(number)];
  if (!route || rest === undefined || !rest.split("/").every(isPlain)) return null;
  const upstream = new URL(route.upstream);
  const path = `${upstream.pathname.replace(/\/+$/, "")}/${rest}`;
  const url = new URL(`${upstream.origin}${path}`);
  // Whatever a reader of addresses makes of it, it has to be what was written.
  return url.pathname === path ? { route, url, said: `${route.prefix}/${rest}` } : null;
}

/** Where a sandbox finds what is at `url`; of several routes the longest prefix counts. */
export function insideUrl(routes: readonly ProxyRoute[], url: string, port = PROXY_PORT): string | null {
  const fitting = routes
    .map(({ prefix }, number) => ({ prefix, number }))
    .filter(({ prefix }) => url === prefix || url.startsWith(`${prefix}/`))
    .sort((a, b) => b.prefix.length - a.prefix.length)
    .at(0);
  if (!fitting) return null;
  return `http://127.0.0.1:${port}/${fitting.number}${url.slice(fitting.prefix.length)}`;
}

/**
 * One part of a path that means itself, however often somebody decodes it. Package managers do encode: opkg writes `%2b`
 * for a plus. An empty one, as of `base//Packages`, is upstream's to judge.
 */
function isPlain(part: string): boolean {
  try {
    const decoded = decodeURIComponent(part);
    return decoded !== "." && decoded !== ".." && !/[/\\%\p{Cc}]/u.test(decoded);
  } catch {
    return false;
  }
}

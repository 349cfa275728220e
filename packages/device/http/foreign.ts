import { bracketed } from "../listen-address.ts";

/** What a browser says of where a request comes from. `X-Forwarded-Host` and its like are not asked: anybody can send them. */
export interface Provenance {
  /** The `Host` header. */
  host: string | undefined;
  /** The `Origin` header. */
  origin: string | undefined;
}

/** The port a request came in on, and the host that is listened on; null for a unix socket, which no browser reaches. */
export type Door = { host: string; port: number } | null;

/**
 * Why a request may be the work of a foreign page, or null. Without tokens this is all that stands between the device
 * and any web site its owner looks at: a page elsewhere sends its own Origin, and one that had its name point to this
 * device (DNS rebinding) sends that name as Host.
 */
export function foreignness({ host, origin }: Provenance, door: Door): "host" | "origin" | null {
  if (door !== null && !isOurs(host, door)) return "host";
  return origin === undefined || isOwnPage(origin, host) ? null : "origin";
}

/** Whether a page of this very address asks: Origin has a scheme and Host has none; a default port is left out of either. */
export function isOwnPage(origin: string | undefined, host: string | undefined): boolean {
  const from = urlOf(origin ?? "");
  const to = from && urlOf(`${from.protocol}//${host ?? ""}`);
  return Boolean(from && to && from.host !== "" && from.host === to.host);
}

function isOurs(host: string | undefined, { host: listenedOn, port }: { host: string; port: number }): boolean {
  const url = urlOf(`http://${host ?? ""}`);
  // A name and a port, nothing that a URL may have besides.
  if (!url || host === undefined || /[@/?#\\]/.test(host)) return false;
  // RFC 6761, 6.3: "localhost." is this device, too.
  const name = url.hostname.replace(/\.$/, "");
  const names = ["localhost", "127.0.0.1", "[::1]", urlOf(`http://${bracketed(listenedOn)}`)?.hostname];
  return names.includes(name) && Number(url.port || 80) === port;
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

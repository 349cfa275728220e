import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { ServerError } from "../error.ts";

/** The address of whoever came over a unix socket, and how `trusted_proxies` names it. */
export const LOCAL = "local";

/**
 * Where a request came from. `X-Forwarded-For` is believed only from `trusted_proxies` (addresses, `10.0.0.0/8`, or `local`
 * for a unix socket), and there the rightmost entry that isn't one of them: everything left of it anybody may have written.
 * `onUntrusted` hears once of a proxy on this machine that isn't trusted: all its clients count as this machine then.
 * @throws config_invalid for an entry that is no address
 */
export function clientAddresses(
  trustedProxies: readonly string[],
  onUntrusted: (peer: string) => void = () => undefined,
): (incoming: IncomingMessage) => string {
  const trusted = new BlockList();
  for (const entry of trustedProxies) trust(trusted, entry);
  const trustsLocal = trustedProxies.includes(LOCAL);
  const isTrusted = (address: string) =>
    address === LOCAL ? trustsLocal : trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  let isTold = false;
  return (incoming) => {
    const peer = plain(incoming.socket.remoteAddress ?? "") ?? LOCAL;
    if (trustedProxies.length === 0 || !isTrusted(peer)) {
      if (!isTold && incoming.headers["x-forwarded-for"] !== undefined && isLoopback(peer)) {
        isTold = true;
        onUntrusted(peer);
      }
      return peer;
    }
    const forwarded = incoming.headers["x-forwarded-for"];
    const entries = (Array.isArray(forwarded) ? forwarded.join(",") : (forwarded ?? "")).split(",");
    let nearest = peer;
    for (const entry of entries.reverse()) {
      const address = plain(entry.trim());
      if (address === null) return nearest;
      nearest = address;
      if (!isTrusted(address)) return address;
    }
    return nearest;
  };
}

/** By which a client's requests are counted: an address, of IPv6 the network, since a household has 2^64 of them. */
export function clientKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - left.length - (tail === "" ? 0 : tail.split(":").length);
  const groups = [...left, ...Array<string>(Math.max(0, missing)).fill("0"), ...(tail ?? "").split(":")];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

export function isLoopback(address: string): boolean {
  return address === LOCAL || address === "::1" || address.startsWith("127.");
}

function trust(list: BlockList, entry: string): void {
  if (entry === LOCAL) return;
  const [address = "", prefix] = entry.split("/");
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const bits = prefix === undefined ? most : Number(prefix);
  if (family === 0 || !Number.isInteger(bits) || bits < 0 || bits > most) {
    throw new ServerError("config_invalid", `trusted_proxies has "${entry}", which is no address such as 10.0.0.0/8.`);
  }
  list.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
}

/** Without a port, a zone, or IPv6's clothes around an IPv4 address; null when it is none. */
function plain(text: string): string | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:([\d.]+)$/.exec(address)?.[1];
  const found = mapped ?? address;
  return isIP(found) === 0 ? null : found;
}

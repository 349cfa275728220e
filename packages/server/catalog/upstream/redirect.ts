import { type LookupAddress, lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { UpstreamError } from "./error.ts";

const MAX_REDIRECTS = 5;

/**
 * Where a redirect leads, if it may be followed. Mirrors do redirect (to https, to a nearer mirror), so another host is
 * allowed; but not one that only this machine or its own network can see, which a hostile mirror might be after.
 *
 * @param seen addresses of this read so far, the redirecting one last
 * @throws UpstreamError `redirect_refused`
 */
export function nextHop(seen: readonly URL[], location: string): URL {
  const from = seen.at(-1);
  if (from === undefined) throw new RangeError("a redirect comes from somewhere");
  const refuse = (why: string) => new UpstreamError("redirect_refused", `${from.host} redirects ${why}.`);
  if (!URL.canParse(location, from.href)) throw refuse("to something that isn't an address");
  const next = new URL(location, from);
  next.hash = "";
  if (next.protocol !== "https:" && next.protocol !== "http:") throw refuse(`to a ${next.protocol} address`);
  if (from.protocol === "https:" && next.protocol === "http:") throw refuse("from https to http");
  if (next.username !== "" || next.password !== "") throw refuse("to an address with a user name in it");
  if (seen.some((url) => url.href === next.href)) throw refuse("in a circle");
  if (seen.length > MAX_REDIRECTS) throw refuse(`more than ${MAX_REDIRECTS} times`);
  if (isForeign(seen, next) && !looksPublic(hostOf(next))) {
    throw refuse(`to ${next.host}, which isn't a public host`);
  }
  return next;
}

/** Whether an address is at a host that wasn't asked for by the configuration, but by a redirect. */
export function isForeign([first]: readonly URL[], url: URL): boolean {
  if (first === undefined || url.origin === first.origin) return false;
  // The same host by https at its usual port is what a mirror redirects to most of the time.
  return !(url.hostname === first.hostname && url.protocol === "https:" && url.port === "");
}

/** A resolver that doesn't find addresses of private networks: a public name may have been pointed at one. */
export const lookupPublic: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
    const all = (found ?? []).filter(({ address }) => !isPrivate(address));
    const [first] = all;
    if (error) done(error, "", 0);
    else if (!first) done(new Error(`${hostname} has no public address`), "", 0);
    else if (options.all) done(null, all);
    else done(null, first.address, first.family);
  });
};

/** By its name alone. */
export function looksPublic(host: string): boolean {
  if (isIP(host) !== 0) return !isPrivate(host);
  return host.includes(".") && !/\.(localhost|local|internal|lan|home\.arpa)\.?$/.test(host);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function isPrivate(address: string): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  // What comes after a % is the interface, which a list knows nothing of.
  return PRIVATE.check(address.replace(/%.*$/, ""), family);
}

/** Loopback, link-local, private, shared, for benchmarks, multicast (RFC 6890). A mapped `::ffff:10.0.0.1` counts as IPv4. */
const IPV4: [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];

/** The same, and forms of old with an IPv4 address inside (::/96, Teredo), of which no public host has one. */
const IPV6: [string, number][] = [
  ["::", 96],
  ["::ffff:0:0:0", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 32],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8],
];

const PRIVATE = new BlockList();
for (const [network, bits] of IPV4) {
  PRIVATE.addSubnet(network, bits, "ipv4");
  // Gateways send these on to the IPv4 address in them: NAT64 (RFC 6052) and 6to4 (RFC 3056). Public ones are in use.
  PRIVATE.addSubnet(`64:ff9b::${network}`, 96 + bits, "ipv6");
  PRIVATE.addSubnet(`2002:${hexOf(network)}::`, 16 + bits, "ipv6");
}
for (const [network, bits] of IPV6) PRIVATE.addSubnet(network, bits, "ipv6");

/** `127.0.0.0` → `7f00:0000` */
function hexOf(address: string): string {
  return Buffer.from(address.split(".").map(Number)).toString("hex").replace(/^.{4}/, "$&:");
}

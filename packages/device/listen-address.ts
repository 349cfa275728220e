import { isIPv4 } from "node:net";

/** Where the API is to be had: `listen` of pawl.yaml, taken apart. */
export type Address = { kind: "unix"; path: string } | { kind: "tcp"; host: string; port: number };

/** `host:port`, `[ipv6]:port` or `unix:/path`; the configuration has made sure that it is one of these. */
export function parseAddress(listen: string): Address {
  if (listen.startsWith("unix:")) return { kind: "unix", path: listen.slice("unix:".length) };
  const at = listen.lastIndexOf(":");
  return { kind: "tcp", host: listen.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(listen.slice(at + 1)) };
}

/** Whether only programs on this device can reach it. */
export function isLocal(address: Address): boolean {
  if (address.kind === "unix") return true;
  const { host } = address;
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** As it stands in `listen`. */
export function addressWords(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${bracketed(address.host)}:${address.port}`;
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

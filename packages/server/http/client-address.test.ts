import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { clientAddresses, clientKey, isLoopback } from "./client-address.ts";

const from = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } }) as unknown as IncomingMessage;

describe("the address of a client", () => {
  test.each([
    ["is its own where nobody is trusted", [], "192.0.2.1", "198.51.100.7", "192.0.2.1"],
    ["is its own where it isn't a proxy", ["10.0.0.0/8"], "192.0.2.1", "198.51.100.7", "192.0.2.1"],
    ["is the one the proxy names", ["10.0.0.0/8"], "10.1.2.3", "198.51.100.7", "198.51.100.7"],
    ["is not the one the client itself wrote", ["10.0.0.0/8"], "10.1.2.3", "127.0.0.1, 198.51.100.7", "198.51.100.7"],
    ["is behind several proxies", ["10.0.0.0/8"], "10.1.2.3", "198.51.100.7, 10.9.9.9", "198.51.100.7"],
    ["is the proxy's where it names none", ["10.0.0.0/8"], "10.1.2.3", undefined, "10.1.2.3"],
    ["is the last that is one", ["10.0.0.0/8"], "10.1.2.3", "unknown, 10.4.4.4", "10.4.4.4"],
    ["has no port", ["10.0.0.0/8"], "10.1.2.3", "198.51.100.7:4711", "198.51.100.7"],
    ["may be IPv6 with one", ["::1"], "::1", "[2001:db8::7]:4711", "2001:db8::7"],
    ["is IPv4 though it comes as IPv6", ["10.1.2.3"], "::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"],
    ["is local at a unix socket", [], undefined, "198.51.100.7", "local"],
    ["is the one a proxy at a unix socket names", ["local"], undefined, "198.51.100.7", "198.51.100.7"],
  ])("%s", (_, proxies, remote, forwarded, address) => {
    expect(clientAddresses(proxies)(from(remote, forwarded))).toBe(address);
  });

  test("is a proxy's on this machine that isn't trusted, which is told once", () => {
    const told: string[] = [];
    const addressOf = clientAddresses(["10.0.0.0/8"], (peer) => told.push(peer));
    for (const peer of ["192.0.2.1", "127.0.0.1"]) addressOf(from(peer));
    addressOf(from("192.0.2.1", "198.51.100.7"));
    expect(told).toEqual([]);
    expect([1, 2].map(() => addressOf(from("127.0.0.1", "198.51.100.7")))).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(told).toEqual(["127.0.0.1"]);
  });

  test.each(["proxy", "10.0.0.0/33", "10.0.0.0/x", ""])("of a proxy is an address, not %j", (entry) => {
    expect(() => clientAddresses([entry])).toThrow(/trusted_proxies/);
  });
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["local", "local"],
])("a household counts as one client: %s is %s", (address, key) => {
  expect(clientKey(address)).toBe(key);
});

test("this machine is 127.0.0.0/8, ::1 and a unix socket", () => {
  expect(["127.0.0.53", "::1", "local"].map(isLoopback)).toEqual([true, true, true]);
  expect(["192.0.2.1", "::2"].map(isLoopback)).toEqual([false, false]);
});

import { expect, test } from "vitest";
import { isRepositoryAllowed } from "./repository-allowed.ts";

const ALL = ["https://downloads.openwrt.org"];
const RELEASES = ["https://downloads.openwrt.org/releases"];

test.each([
  ["https://downloads.openwrt.org/releases/23.05", ALL, true],
  ["https://downloads.openwrt.org/releases/23.05", RELEASES, true],
  ["https://downloads.openwrt.org/releases/23.05", ["https://example.org", ...RELEASES], true],
  ["https://DOWNLOADS.openwrt.org/releases/23.05", RELEASES, true],
  ["https://downloads.openwrt.org/releases/23.05", [], false],
  ["https://downloads.openwrt.org", ALL, false],
  ["https://downloads.openwrt.org?/releases", ALL, false],
  ["https://downloads.openwrt.org/snapshots", RELEASES, false],
  ["https://downloads.openwrt.org/releases-evil/23.05", RELEASES, false],
  ["https://downloads.openwrt.org/releases", RELEASES, false],
  ["http://downloads.openwrt.org/releases/23.05", RELEASES, false],
  ["https://downloads.openwrt.org.evil.com/packages", ALL, false],
  ["https://downloads.openwrt.org@evil.com/packages", ALL, false],
  ["https://user@downloads.openwrt.org/packages", ALL, false],
  ["https://evil.com\\@downloads.openwrt.org/packages", ALL, false],
  ["https://downloads.openwrt.org/releases/../snapshots/x", RELEASES, false],
  ["https://downloads.openwrt.org/releases/%2e%2e/snapshots/x", RELEASES, false],
  ["https://downloads.openwrt.org/releases/..%2f..%2fevil", RELEASES, false],
  ["https://downloads.openwrt.org/releases/x%5c..%5c..%5cevil", RELEASES, false],
  ["https://downloads.openwrt.org/releases/%252e%252e/evil", RELEASES, false],
  ["https://downloads.openwrt.org/releases/a%20b", RELEASES, true],
  ["https://downloads.openwrt.org:8443/releases/x", RELEASES, true],
  ["https://downloads.openwrt.org:8443/releases/x", ["https://downloads.openwrt.org:9443/releases"], false],
  ["https://", ALL, false],
  ["https://[/x", ALL, false],
])("packages from %s, where %j is allowed: %s", (url, allowed, expected) => {
  expect(isRepositoryAllowed(url, allowed)).toBe(expected);
});

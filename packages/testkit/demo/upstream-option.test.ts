import { expect, test } from "vitest";
import { serverGuide } from "./server-guide.ts";
import { upstreamOf } from "./upstream-option.ts";

test.each([
  [undefined, null],
  ["https://downloads.openwrt.org/", "https://downloads.openwrt.org"],
  ["downloads.openwrt.org", undefined],
  ["notaurl", undefined],
  ["http://[x", undefined],
  ["ftp://x", undefined],
])("--upstream %s is %s", (text, upstream) => {
  expect(upstreamOf(text)).toBe(upstream);
});

test("the guide says that upstream can't be read, and why", () => {
  const server = { url: "http://127.0.0.1:8080", upstream: "https://x.invalid", configPath: "/srv/pawl-server.yaml" };
  expect(serverGuide(server, "/", "no such host.", null)).toContain("It can't be read: no such host.");
  expect(serverGuide(server, "/", null, null)).not.toContain("can't be read");
});

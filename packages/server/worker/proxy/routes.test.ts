import { expect, test } from "vitest";
import { insideUrl, wantedBy } from "./routes.ts";

const ROUTES = [
  { prefix: "https://downloads.openwrt.org", upstream: "http://mirror.example/openwrt" },
  { prefix: "https://feeds.example/x", upstream: "https://feeds.example/x" },
];

test.each([
  [
    "/0/releases/24.10.5/packages/x86_64/base/Packages.gz",
    "http://mirror.example/openwrt/releases/24.10.5/packages/x86_64/base/Packages.gz",
  ],
  [
    "/0/kmods/6.6.110-1-0a%2Bb~c/a_1.0~x-r1.ipk",
    "http://mirror.example/openwrt/kmods/6.6.110-1-0a%2Bb~c/a_1.0~x-r1.ipk",
  ],
  ["/1/base//packages.adb", "https://feeds.example/x/base//packages.adb"],
  ["/0/libstdc++.ipk", "http://mirror.example/openwrt/libstdc++.ipk"],
])("a file below a route is fetched from its upstream: %s", (target, url) => {
  expect(wantedBy(ROUTES, target)?.url.href).toBe(url);
});

test.each([
  ["another number", "/2/x"],
  ["a number that isn't written plainly", "/00/x"],
  ["no number", "/x"],
  ["nothing below", "/0"],
  ["the folder itself", "/0/"],
  ["a whole address", "http://evil.example/0/x"],
  ["two slashes in front", "//evil.example/0/x"],
  ["a way up", "/0/../x"],
  ["a way up, encoded", "/0/a/%2e%2e/x"],
  ["a way up, half encoded", "/0/a/.%2E/x"],
  ["here", "/0/./x"],
  ["a slash, encoded", "/0/a%2fb"],
  ["a backslash", "/0/a\\..\\b"],
  ["a backslash, encoded", "/0/a%5cb"],
  ["encoded twice", "/0/a%252e%252e/b"],
  ["a broken escape", "/0/a%zz"],
  ["no UTF-8", "/0/a%ff"],
  ["a zero byte", "/0/a%00"],
  ["a line break", "/0/a%0d%0ahost:x"],
  ["a query", "/0/a?b=c"],
  ["a fragment", "/0/a#b"],
  ["a blank", "/0/a b"],
  ["a letter that isn't ASCII", "/0/ä"],
  ["far too long", `/0/${"a".repeat(3000)}`],
  ["a star", "*"],
])("nothing else is: %s", (_, target) => {
  expect(wantedBy(ROUTES, target)).toBeNull();
});

test("an address is rewritten when it lies below a route, and by the longest that fits", () => {
  const routes = [...ROUTES, { prefix: "https://downloads.openwrt.org/extra", upstream: "https://other.example" }];
  const inside = (url: string, port?: number) => insideUrl(routes, url, port);
  expect(inside("https://downloads.openwrt.org/releases/x")).toBe("http://127.0.0.1:8479/0/releases/x");
  expect(inside("https://downloads.openwrt.org/extra/x", 4000)).toBe("http://127.0.0.1:4000/2/x");
  expect(inside("https://feeds.example/x")).toBe("http://127.0.0.1:8479/1");
  expect(inside("https://feeds.example/xy")).toBeNull();
  expect(inside("https://downloads.openwrt.org.evil.example/x")).toBeNull();
  expect(inside("http://downloads.openwrt.org/x")).toBeNull();
});

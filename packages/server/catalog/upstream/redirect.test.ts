import { expect, test } from "vitest";
import { isForeign, looksPublic, lookupPublic, nextHop } from "./redirect.ts";
import { troubleOf } from "./testing/trouble.ts";

const MIRROR = [new URL("http://downloads.example.org/a")];

test.each([
  ["https://downloads.example.org/a", true],
  ["http://mirror.example.net/a", true],
  ["/b#part", true],
  ["https://203.0.114.7/a", true],
  ["http://127.0.0.1/a", false],
  ["http://127.1/a", false],
  ["http://0x7f000001/a", false],
  ["http://169.254.169.254/latest/meta-data", false],
  ["http://10.1.2.3:5432/", false],
  ["http://[::1]/", false],
  ["http://[::ffff:10.0.0.1]/", false],
  ["http://[64:ff9b::7f00:1]/", false],
  ["http://[64:ff9b::10.0.0.1]/", false],
  ["http://[64:ff9b::203.0.114.7]/", true],
  ["http://[64:ff9b:1::1]/", false],
  ["http://[2002:7f00:1::]/", false],
  ["http://[2002:c0a8:101::1]/", false],
  ["http://[2002:cb00:7207::1]/", true],
  ["http://[::127.0.0.1]/", false],
  ["http://[::ffff:0:127.0.0.1]/", false],
  ["http://[2001:0:7f00:1::1]/", false],
  ["http://[fe80::1]/", false],
  ["http://[fec0::1]/", false],
  ["http://[2606:2800:220:1::1]/", true],
  ["http://[fd00::1]/", false],
  ["http://router/", false],
  ["http://nas.local/", false],
  ["http://metadata.internal/", false],
  ["file:///etc/passwd", false],
])("a redirect of a public mirror to %s is followed: %s", async (location, followed) => {
  expect(await troubleOf(() => nextHop(MIRROR, location))).toBe(followed ? null : "redirect_refused");
});

test("https stays https", async () => {
  const seen = [new URL("https://downloads.example.org/a")];
  expect(await troubleOf(() => nextHop(seen, "http://downloads.example.org/b"))).toBe("redirect_refused");
});

test("a mirror of one's own network may redirect on itself, and to nobody else there", async () => {
  const seen = [new URL("http://192.168.1.2:8000/a")];
  expect(await troubleOf(() => nextHop(seen, "/b"))).toBe(null);
  expect(await troubleOf(() => nextHop(seen, "https://192.168.1.2/b"))).toBe(null);
  expect(await troubleOf(() => nextHop(seen, "http://192.168.1.2:5432/b"))).toBe("redirect_refused");
  expect(await troubleOf(() => nextHop(seen, "http://192.168.1.3:8000/b"))).toBe("redirect_refused");
});

test("foreign is what a redirect named, not the configuration", () => {
  expect(isForeign(MIRROR, new URL("http://downloads.example.org/b"))).toBe(false);
  expect(isForeign(MIRROR, new URL("https://downloads.example.org/b"))).toBe(false);
  expect(isForeign(MIRROR, new URL("http://mirror.example.net/a"))).toBe(true);
  expect(looksPublic("mirror.example.net")).toBe(true);
});

test("a public name that points at this machine isn't found", async () => {
  const found = (all: boolean) =>
    new Promise((resolve) =>
      lookupPublic("localhost", { all }, (error, address) => resolve(error?.message ?? address)),
    );
  expect(await found(true)).toBe("localhost has no public address");
  expect(await found(false)).toBe("localhost has no public address");
});

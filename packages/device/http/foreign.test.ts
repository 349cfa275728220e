import { expect, test } from "vitest";
import { foreignness } from "./foreign.ts";

const DOOR = { host: "127.0.0.1", port: 7320 };

test.each([
  ["127.0.0.1:7320", undefined, null],
  ["localhost:7320", undefined, null],
  ["LOCALHOST:7320", undefined, null],
  ["[::1]:7320", undefined, null],
  ["localhost:7320", "http://localhost:7320", null],
  ["localhost:7320", "https://localhost:7320", null],
  [undefined, undefined, "host"],
  ["", undefined, "host"],
  ["localhost", undefined, "host"],
  ["localhost:80", undefined, "host"],
  ["localhost:7321", undefined, "host"],
  ["evil.example:7320", undefined, "host"],
  ["127.0.0.1.evil.example:7320", undefined, "host"],
  ["localhost.evil.example:7320", "http://localhost:7320", "host"],
  ["evil.example:7320", "http://evil.example:7320", "host"],
  ["evil.example@localhost:7320", undefined, "host"],
  ["localhost:7320/evil.example", undefined, "host"],
  ["localhost:7320", "http://evil.example", "origin"],
  ["localhost:7320", "http://localhost:8080", "origin"],
  ["localhost:7320", "http://127.0.0.1:7320", "origin"],
  ["localhost:7320", "http://localhost", "origin"],
  ["localhost:7320", "null", "origin"],
  ["localhost:7320", "", "origin"],
  ["localhost:7320", "file://", "origin"],
  ["localhost.:7320", undefined, null],
  ["LocalHost.:7320", "http://localhost.:7320", null],
  ["localhost..:7320", undefined, "host"],
  ["evil.example.:7320", undefined, "host"],
  ["EVIL.EXAMPLE:7320", "http://evil.example:7320", "host"],
  ["[0:0:0:0:0:0:0:1]:7320", "http://[::1]:7320", null],
  ["[::1]", undefined, "host"],
  ["::1:7320", undefined, "host"],
  ["[::1]:7320", "http://localhost:7320", "origin"],
  ["[fe80::1%25eth0]:7320", undefined, "host"],
  ["[::ffff:10.0.0.1]:7320", undefined, "host"],
  ["localhost:7320, evil.example", undefined, "host"],
  ["localhost:07320x", undefined, "host"],
  ["localhost:7320", "HTTP://LOCALHOST:7320", null],
  ["localhost:7320", "http://localhost:7320.evil.example", "origin"],
  ["localhost:7320", "http://localhost:7320@evil.example", "origin"],
])("Host %s with Origin %s", (host, origin, expected) => {
  expect(foreignness({ host, origin }, DOOR)).toBe(expected);
});

test("the address that is listened on may be called by its own name, and port 80 goes without saying", () => {
  expect(foreignness({ host: "127.0.0.2", origin: undefined }, { host: "127.0.0.2", port: 80 })).toBeNull();
  expect(foreignness({ host: "127.0.0.2:80", origin: "http://127.0.0.2" }, { host: "127.0.0.2", port: 80 })).toBeNull();
  expect(foreignness({ host: "127.0.0.2:7320", origin: undefined }, DOOR)).toBe("host");
});

test("an IPv6 address may be called by any way to write it", () => {
  for (const host of ["::1", "0:0:0:0:0:0:0:1"]) {
    const door = { host, port: 7320 };
    expect(foreignness({ host: "[::1]:7320", origin: "http://[0::1]:7320" }, door)).toBeNull();
    expect(foreignness({ host: "[::2]:7320", origin: undefined }, door)).toBe("host");
  }
});

test("over a unix socket any Host will do, a foreign Origin won't", () => {
  expect(foreignness({ host: "kitchen.local", origin: undefined }, null)).toBeNull();
  expect(foreignness({ host: undefined, origin: undefined }, null)).toBeNull();
  expect(foreignness({ host: "kitchen.local", origin: "https://kitchen.local" }, null)).toBeNull();
  expect(foreignness({ host: "kitchen.local", origin: "https://evil.example" }, null)).toBe("origin");
});

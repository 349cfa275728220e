import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import { pageBreakages, preflightBreakages } from "./lib/page-breakages.ts";
import { withHeader, withJson, without, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import { type Device, replay } from "./luci-2018.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const ROUTER: Device = {
  origin: "http://192.168.1.1",
  distribution: "OpenWrt",
  version: "18.06.1",
  revision: "r7258-5eb055306f",
  target: "ar71xx/generic",
  boardName: "tl-wdr4300",
  model: "TP-Link TL-WDR4300 v1",
  installed: {
    busybox: "1.28.4-2",
    firewall: "2018-07-26-aa8846bb-1",
    iptables: "1.6.2-1",
    kernel: "4.9.120-1-9a52f2dbc5a5fe4ba3d3a1bd5e2b6b2f",
    libc: "1.1.19-1",
    luci: "git-18.228.31946-f64b152-1",
    opkg: "2018-07-06-8b9ed9cb-1",
    "wpad-mini": "2018-05-21-c2b67a29-1",
  },
  upgradePackages: true,
};
const WITH_STRANGER: Device = { ...ROUTER, installed: { ...ROUTER.installed, "cat-feeder": "0.1-1" } };

describe("the LuCI app of 2018", () => {
  test("shows the stable release, and would ask for it with the packages' names of today", async () => {
    const shown = await replay(server.url, ROUTER);
    expect(shown).toMatchObject({ says: "upgrade", version: "25.12.1" });
    if (shown.says !== "upgrade") return;
    expect(shown.upgrades[0]).toBe("busybox: 1.28.4-2 to 1.37.0-r6");
    const renamed = ["apk-mbedtls", "firewall4", "iptables-nft", "wpad-basic-mbedtls"];
    expect(shown.packages).toEqual(expect.arrayContaining([...renamed, "busybox", "luci"]));
    for (const gone of ["opkg", "firewall", "iptables", "wpad-mini"]) expect(shown.packages).not.toContain(gone);
  });

  test("on the newest release has nothing to show", async () => {
    const newest = { ...ROUTER, version: "25.12.1", target: "x86/64", installed: { luci: "99" } };
    expect(await replay(server.url, { ...newest, upgradePackages: false })).toEqual({ says: "up to date" });
  });

  test("shows which package nobody knows", async () => {
    const why = "Unknown package in request: cat-feeder";
    expect(await replay(server.url, WITH_STRANGER)).toEqual({ says: "failed", why });
  });

  test("shows that a device isn't supported", async () => {
    const why = "Unsupported device, release, target, subtraget or board";
    expect(await replay(server.url, { ...ROUTER, target: "toaster/generic" })).toEqual({ says: "failed", why });
  });
});

const path = "/api/upgrade-check";
const of = `POST ${path}`;
const BREAKAGES: readonly Breakage[] = [
  ...preflightBreakages(path),
  ...pageBreakages("POST", path),
  { name: "another status for success", of, rewrite: withStatus(201), refusal: "response is undefined (status 201)" },
  { name: "the route has gone", of, rewrite: withStatus(404), refusal: "response is undefined (status 404)" },
  { name: "a proxy without a server", of, rewrite: withStatus(502), refusal: "Server down (for maintenance)" },
  { name: "the server has no time", of, rewrite: withStatus(503), refusal: "Server overloaded" },
  {
    name: "a redirect, after which it is no POST any more",
    of,
    rewrite: (answer) => {
      withStatus(301)(answer);
      withHeader("location", `${path}/`)(answer);
    },
    refusal: "response is undefined (status 405)",
  },
  {
    name: "a version that is a number",
    of,
    rewrite: withJson((json) => {
      json.version = 25.12;
    }),
    refusal: "the version of the new release is no text",
  },
  {
    name: "no set of packages",
    of,
    rewrite: withJson((json) => {
      delete json.packages;
    }),
    refusal: "the package set is no list",
  },
  {
    name: "a set of packages with their versions",
    of,
    rewrite: withJson((json) => {
      json.packages = Object.fromEntries(json.packages.map((name: string) => [name, "1"]));
    }),
    refusal: "the package set is no list",
  },
  {
    name: "packages as objects",
    of,
    rewrite: withJson((json) => {
      json.packages = json.packages.map((name: string) => ({ name }));
    }),
    refusal: "a package of the set is no text",
  },
  {
    name: "an upgrade as an object",
    of,
    rewrite: withJson((json) => {
      json.upgrades.busybox = { installed: "1", offered: "2" };
    }),
    refusal: "TypeError: the upgrade of busybox is no list",
  },
  {
    name: "an upgrade with its new version alone",
    of,
    rewrite: withJson((json) => {
      json.upgrades.busybox.pop();
    }),
    refusal: "the installed version of busybox is no text",
  },
];

const UNKNOWN_PACKAGE_BREAKAGES: readonly Breakage[] = [
  {
    name: "422 without X-Unknown-Package",
    of,
    rewrite: without("X-Unknown-Package"),
    refusal: "Unknown package in request: Unknown",
  },
  {
    name: "X-Unknown-Package, which pages may not read",
    of,
    rewrite: without("Access-Control-Expose-Headers"),
    refusal: "Unknown package in request: Unknown",
  },
  {
    name: "Access-Control-Expose-Headers names others",
    of,
    rewrite: withHeader("Access-Control-Expose-Headers", "X-Queue-Position, ETag"),
    refusal: "Unknown package in request: Unknown",
  },
];

describe("the LuCI app of 2018, offered a release,", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, ROUTER),
    BREAKAGES,
  );
});

describe("the LuCI app of 2018, with a package that nobody knows,", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, WITH_STRANGER),
    UNKNOWN_PACKAGE_BREAKAGES,
  );
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Device, replay } from "./auc-2018.ts";
import { testBreakages } from "./lib/breakages.ts";
import { CHECK_BREAKAGES, UNKNOWN_PACKAGE_BREAKAGES } from "./lib/old-auc-breakages.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const ROUTER: Device = {
  distribution: "OpenWrt",
  version: "18.06.1",
  target: "ar71xx/generic",
  packages: {
    busybox: "1.28.4-2",
    dropbear: "2017.75-5",
    firewall: "2018-07-26-aa8846bb-1",
    kernel: "4.9.120-1-9a52f2dbc5a5fe4ba3d3a1bd5e2b6b2f",
    libc: "1.1.19-1",
    luci: "git-18.228.31946-f64b152-1",
    opkg: "2018-07-06-8b9ed9cb-1",
    "wpad-mini": "2018-05-21-c2b67a29-1",
  },
  upgradePackages: true,
};
const WITH_STRANGER: Device = { ...ROUTER, packages: { ...ROUTER.packages, "cat-feeder": "0.1-1" } };

describe("auc of 2018", () => {
  test("on a release of its time is offered the stable one, and upgrades of what keeps its name", async () => {
    const shown = await replay(server.url, ROUTER);
    expect(shown).toEqual({ says: "upgrade", version: "25.12.1", upgrades: expect.any(Map) });
    const upgrades = shown.says === "upgrade" ? shown.upgrades : new Map();
    expect(upgrades.get("busybox")).toEqual({ installed: "1.28.4-2", offered: "1.37.0-r6" });
    expect([...upgrades.keys()]).not.toContain("wpad-mini");
  });

  test("is answered alike where its owner has written the server's address with a slash at the end", async () => {
    expect(await replay(`${server.url}/`, ROUTER)).toMatchObject({ says: "upgrade", version: "25.12.1" });
  });

  test("on LEDE is offered what LEDE became", async () => {
    const shown = await replay(server.url, { ...ROUTER, distribution: "LEDE", version: "17.01.4" });
    expect(shown).toMatchObject({ says: "upgrade", version: "25.12.1" });
  });

  test("on the newest release stays, and takes newer packages only where the owner wants them", async () => {
    const device = { ...ROUTER, version: "25.12.1", target: "ath79/generic", packages: { busybox: "1.37.0-r5" } };
    expect(await replay(server.url, { ...device, upgradePackages: false })).toEqual({ says: "up to date" });
    const upgrades = new Map([["busybox", { installed: "1.37.0-r5", offered: "1.37.0-r6" }]]);
    expect(await replay(server.url, device)).toEqual({ says: "upgrade", version: null, upgrades });
  });

  test("prints which package nobody knows", async () => {
    expect(await replay(server.url, WITH_STRANGER)).toEqual({ says: "unknown package", packages: "cat-feeder" });
  });

  test("on a target that nobody knows says so", async () => {
    expect(await replay(server.url, { ...ROUTER, target: "toaster/generic" })).toEqual({ says: "target not found" });
  });
});

describe("auc of 2018, offered a release,", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, ROUTER),
    CHECK_BREAKAGES,
  );
});

describe("auc of 2018, with a package that nobody knows,", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, WITH_STRANGER),
    UNKNOWN_PACKAGE_BREAKAGES,
  );
});

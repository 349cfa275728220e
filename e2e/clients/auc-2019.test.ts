import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Device, replay } from "./auc-2019.ts";
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
  version: "18.06.4",
  target: "x86/64",
  packages: {
    busybox: "1.28.4-3",
    dnsmasq: "2.80-1.5",
    kernel: "4.14.131-1-d1e28d7b0c0ebcb3ccd6a4f1cbbd9e6c",
    libgcc: "7.3.0-1",
    luci: "git-19.170.32094-4d6d8bc-1",
  },
  upgradePackages: true,
};
const WITH_STRANGERS: Device = { ...ROUTER, packages: { ...ROUTER.packages, "cat-feeder": "0.1-1", abacus: "2" } };
const SNAPSHOT: Device = { ...ROUTER, version: "SNAPSHOT", revision: "r10000-0123456789", packages: { busybox: "1" } };

describe("auc of 2019", () => {
  test("is offered the stable release, and upgrades of packages", async () => {
    const shown = await replay(server.url, ROUTER);
    expect(shown).toEqual({ says: "upgrade", version: "25.12.1", upgrades: expect.any(Map) });
    const upgrades = shown.says === "upgrade" ? shown.upgrades : new Map();
    expect(upgrades.get("dnsmasq")).toEqual({ installed: "2.80-1.5", offered: "2.91-r2" });
  });

  test("on a snapshot, which it says the revision of, is offered the snapshot of today", async () => {
    expect(await replay(server.url, SNAPSHOT)).toMatchObject({ says: "upgrade", version: "SNAPSHOT" });
  });

  test("on the snapshot of today has nothing to do", async () => {
    const url = `${server.mirror.url}/snapshots/targets/x86/64/profiles.json`;
    const { version_code: revision } = (await (await fetch(url)).json()) as { version_code: string };
    expect(await replay(server.url, { ...SNAPSHOT, revision, upgradePackages: false })).toEqual({ says: "up to date" });
  });

  test("prints which packages nobody knows", async () => {
    const packages = "abacus, cat-feeder";
    expect(await replay(server.url, WITH_STRANGERS)).toEqual({ says: "unknown package", packages });
  });

  test("on another distribution is told that its target isn't found", async () => {
    expect(await replay(server.url, { ...ROUTER, distribution: "DebWrt" })).toEqual({ says: "target not found" });
  });
});

describe("auc of 2019, offered a release,", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, ROUTER),
    CHECK_BREAKAGES,
  );
});

describe("auc of 2019, with packages that nobody knows,", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, WITH_STRANGERS),
    UNKNOWN_PACKAGE_BREAKAGES,
  );
});

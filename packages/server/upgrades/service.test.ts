import { beforeEach, describe, expect, test } from "vitest";
import { ServerError } from "../error.ts";
import { loadAllUpgradeFacts } from "./all-facts.ts";
import { FixtureCatalog } from "./catalog-fixture.ts";
import { Upgrades } from "./service.ts";
import type { UpgradeQuestion } from "./types.ts";

const facts = await loadAllUpgradeFacts([{ name: "openwrt", continuedBy: null, parent: null }]);

const ATH79 = {
  packages: ["base-files", "kmod-ath9k"],
  defaults: ["base-files", "dropbear"],
  profiles: { "tplink_tl-wdr4300-v1": ["kmod-usb2"] },
  boards: { "tplink_tl-wdr4300-v1": "tplink_tl-wdr4300-v1", "tl-wdr4300-v1": "tplink_tl-wdr4300-v1" },
};

const WORLD = {
  SNAPSHOT: {
    revision: "r34000-aaaaaaaaaa",
    packages: ["vim", "firewall4"],
    targets: { "ath79/generic": ATH79 },
    generation: "apk",
  },
  "26.05.0-rc1": {
    revision: "r33500-bbbbbbbbbb",
    packages: ["vim"],
    targets: { "ath79/generic": ATH79 },
    generation: "apk",
  },
  "25.12.1": {
    revision: "r32768-cccccccccc",
    packages: {
      vim: "9.1-r2",
      dropbear: "2025-r1",
      firewall4: "1-r1",
      "apk-mbedtls": "3-r1",
      owut: "1-r1",
      "kmod-usb2": "1-r1",
    },
    targets: { "ath79/generic": ATH79, "x86/64": { packages: ["base-files"], profiles: { generic: [] } } },
    generation: "apk",
  },
  "24.10.5": {
    revision: "r29087-dddddddddd",
    packages: ["vim", "dropbear", "firewall", "firewall4", "opkg", "owut", "gone"],
    targets: { "ath79/generic": ATH79, "ath79/tiny": { packages: ["base-files"] }, "oxnas/ox820": {} },
  },
  "24.10.4": {
    revision: "r28959-eeeeeeeeee",
    packages: ["vim", "dropbear", "firewall", "firewall4", "opkg", "owut", "gone"],
    targets: {
      "ath79/generic": ATH79,
      "ath79/tiny": { packages: ["base-files"] },
      "x86/64": { packages: ["base-files"] },
    },
  },
  "21.02.7": {
    revision: "r16847-ffffffffff",
    packages: ["vim", "dropbear", "firewall", "opkg", "auc"],
    targets: { "ath79/generic": { ...ATH79, defaults: ["base-files"] }, "oxnas/ox820": {} },
  },
} as const;

let catalog: FixtureCatalog;
let upgrades: Upgrades;
beforeEach(() => {
  catalog = new FixtureCatalog(WORLD, {
    stable: "25.12.1",
    branchOffRev: { "25.12": 32295, "24.10": 27990, "21.02": 15812 },
    startingPoints: [
      { version: "18.06.2", targets: [] },
      { version: "17.01.4", targets: ["ar71xx/generic"] },
    ],
  });
  upgrades = new Upgrades({ catalog, facts });
});

function ask(
  question: Partial<Omit<UpgradeQuestion, "installed">> & { version: string; installed?: readonly string[] },
) {
  const { installed, ...rest } = question;
  return upgrades.check({
    distribution: "openwrt",
    target: "ath79/generic",
    revision: null,
    upgradePackages: false,
    ...rest,
    installed: installed ? new Map(installed.map((name) => [name, ""])) : null,
  });
}

async function code(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof ServerError) return error.code;
    throw error;
  }
  return "answered";
}

describe("which release is offered", () => {
  test.each([
    ["24.10.4", "25.12.1", true],
    ["25.12.1", "25.12.1", false],
    ["26.05.0-rc1", "26.05.0-rc1", false],
    ["18.06.2", "25.12.1", true],
  ])("%s: %s", async (version, offered, newRelease) => {
    expect(await ask({ version, target: version === "18.06.2" ? "ar71xx/generic" : "ath79/generic" })).toMatchObject({
      offered: { name: offered },
      target: "ath79/generic",
      newRelease,
      notice: null,
      packages: null,
    });
  });

  test.each([
    ["r34000-aaaaaaaaaa", false],
    ["r33999-9999999999", true],
    [null, true],
  ])("a snapshot stays on its line and compares revisions: %j", async (revision, newRelease) => {
    const answer = await ask({ version: "SNAPSHOT", revision });
    expect(answer).toMatchObject({ offered: { name: "SNAPSHOT" }, newRelease, revision: "r34000-aaaaaaaaaa" });
  });

  test("one may ask for another", async () => {
    expect(await ask({ version: "25.12.1", wanted: "26.05.0-rc1" })).toMatchObject({
      offered: { name: "26.05.0-rc1" },
      newRelease: true,
      revision: "r33500-bbbbbbbbbb",
    });
    expect(await code(ask({ version: "25.12.1", wanted: "99.12.1" }))).toBe("unknown_version");
  });

  test("without a target only its name is told", async () => {
    expect(await ask({ version: "24.10.4", target: null, installed: ["vim"] })).toMatchObject({
      offered: { name: "25.12.1" },
      newRelease: true,
      target: null,
      packages: null,
      revision: null,
    });
  });

  test("where the newest has no such target any more, the newest that has", async () => {
    expect(await ask({ version: "24.10.4", target: "ath79/tiny" })).toMatchObject({
      offered: { name: "24.10.5" },
      newRelease: true,
      notice: "ath79/tiny is not supported in 25.12.1 any more; 24.10.5 is the newest release that supports it.",
    });
    expect(await ask({ version: "24.10.5", target: "ath79/tiny" })).toMatchObject({
      offered: { name: "24.10.5" },
      newRelease: false,
      notice:
        "ath79/tiny is not supported in 25.12.1 any more; 24.10.5, which is installed, is the newest release that supports it.",
    });
  });

  test("a target without successor has a sentence", async () => {
    expect(await ask({ version: "17.01.4", target: "ar71xx/generic" })).toMatchObject({ target: "ath79/generic" });
    expect(await ask({ version: "18.06.2", target: "ar7/generic", installed: ["vim"] })).toEqual({
      offered: null,
      target: null,
      newRelease: false,
      revision: null,
      packages: null,
      upgrades: new Map(),
      changes: [],
      notice: "ar7/generic is not supported in 25.12.1 any more, and has no successor.",
    });
  });

  test.each([
    ["no/such", "24.10.4", "unknown_target"],
    ["no/such", "17.01.4", "unknown_target"],
    ["ath79/generic", "24.10.9", "unknown_version"],
  ])("of %s on %s nobody knows: %s", async (target, version, expected) => {
    expect(await code(ask({ target, version }))).toBe(expected);
  });

  test("a distribution nobody knows is refused", async () => {
    expect(await code(ask({ version: "24.10.4", distribution: "nope" }))).toBe("unknown_distribution");
  });

  test("a device must still be supported, by whatever name it goes", async () => {
    expect(await ask({ version: "24.10.4", profile: "tl-wdr4300-v1" })).toMatchObject({ offered: { name: "25.12.1" } });
    expect(await ask({ version: "18.06.2", target: "ar71xx/generic", profile: "tl-wdr4300" })).toMatchObject({
      offered: { name: "25.12.1" },
    });
    expect(await ask({ version: "24.10.4", target: "x86/64", profile: "Some PC" })).toMatchObject({
      offered: { name: "25.12.1" },
    });
    expect(await code(ask({ version: "24.10.4", profile: "nothing" }))).toBe("unknown_profile");
  });
});

describe("the package set", () => {
  test("follows both tables", async () => {
    const answer = await ask({ version: "21.02.7", installed: ["base-files", "firewall", "opkg", "auc", "vim"] });
    expect(answer.packages).toEqual(["apk-mbedtls", "base-files", "dropbear", "firewall4", "owut", "vim"]);
    expect(answer.changes.map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      "rename apk-mbedtls",
      "rename firewall4",
      "rename owut",
      "add dropbear",
    ]);
  });

  test("doesn't have what came to the main branch after the release left it, whatever its revision", async () => {
    const answer = await ask({ version: "24.10.4", wanted: "24.10.5", installed: ["opkg", "vim"] });
    expect(answer).toMatchObject({ packages: ["opkg", "vim"], changes: [] });
  });

  test("keeps what its owner kept after the release had its successor, for the device's revision or the release's", async () => {
    const kept = { version: "24.10.4", wanted: "24.10.5", installed: ["firewall", "vim"] };
    expect(await ask(kept)).toMatchObject({ packages: ["firewall", "vim"], changes: [] });
    catalog.troubles.set("24.10.4", "unknown_target");
    expect(await ask(kept)).toMatchObject({ packages: ["firewall", "vim"], changes: [] });
    const snapshot = { version: "SNAPSHOT", installed: ["opkg"] };
    const had = new FixtureCatalog(
      { ...WORLD, SNAPSHOT: { ...WORLD.SNAPSHOT, packages: ["opkg", "apk-mbedtls"] } },
      { stable: null },
    );
    upgrades = new Upgrades({ catalog: had, facts });
    expect((await ask({ ...snapshot, revision: "r28055-aaaaaaaaaa" })).packages).toEqual(["apk-mbedtls"]);
    expect((await ask({ ...snapshot, revision: "r28056-aaaaaaaaaa" })).packages).toEqual(["opkg"]);
    // What is a snapshot of no revision? Of any, so what counts for all counts for it.
    expect((await ask(snapshot)).packages).toEqual(["apk-mbedtls"]);
  });

  test("of a starting point has none of the defaults its owner removed", async () => {
    const device = { version: "18.06.2", target: "ar71xx/generic" };
    expect((await ask({ ...device, installed: ["base-files"] })).packages).toEqual(["base-files"]);
    expect((await ask({ ...device, target: "ath79/generic", installed: ["base-files"] })).packages).toEqual([
      "base-files",
    ]);
  });

  test("of a starting point lacks what nobody knows, for who can be told so", async () => {
    const device = { version: "18.06.2", target: "ar71xx/generic", installed: ["nonsense", "vim"] };
    expect(await code(ask(device))).toBe("unknown_package");
    expect(await ask({ ...device, unknownPackages: "missing" })).toMatchObject({
      packages: ["vim"],
      changes: [{ kind: "missing", from: ["nonsense"] }],
    });
    expect(await code(ask(device))).toBe("unknown_package");
    expect(await code(ask({ version: "24.10.4", installed: ["nonsense"], unknownPackages: "missing" }))).toBe(
      "unknown_package",
    );
    catalog.troubles.set("24.10.4", "not_loaded");
    expect(await code(ask({ version: "24.10.4", installed: ["gone"], unknownPackages: "missing" }))).toBe("not_loaded");
  });

  test("counts the device's own packages as defaults", async () => {
    const profile = "tplink_tl-wdr4300-v1";
    const kept = await ask({ version: "24.10.4", profile, installed: ["base-files", "dropbear"] });
    expect(kept.packages).toEqual(["base-files", "dropbear"]);
    const unknown = await ask({
      version: "18.06.2",
      target: "ar71xx/generic",
      profile: "tl-wdr4300",
      installed: ["base-files", "dropbear"],
    });
    expect(unknown.packages).toEqual(["base-files", "dropbear", "kmod-usb2"]);
  });

  test("of what nobody knows is refused", async () => {
    expect(await code(ask({ version: "24.10.4", installed: ["nonsense"] }))).toBe("unknown_package");
    expect(await code(ask({ version: "18.06.2", target: "ar71xx/generic", installed: ["nonsense"] }))).toBe(
      "unknown_package",
    );
  });

  test("is the same when asked again, and when the catalog has changed", async () => {
    const question = { version: "24.10.4", installed: ["base-files", "opkg", "gone"] };
    const first = await ask(question);
    expect(await ask(question)).toEqual(first);
    expect(first.packages).toEqual(["apk-mbedtls", "base-files"]);
  });
});

describe("when the installed release's index can't be had", () => {
  test.each(["not_loaded", "unknown_target", "unknown_architecture", "upstream_refused"] as const)(
    "one may still upgrade: %s",
    async (trouble) => {
      catalog.troubles.set("24.10.4", trouble);
      const answer = await ask({ version: "24.10.4", installed: ["vim", "opkg"] });
      expect(answer.packages).toEqual(["apk-mbedtls", "vim"]);
    },
  );

  test.each([
    ["not_loaded", "not_loaded"],
    ["upstream_refused", "upstream_refused"],
    ["unknown_target", "unknown_package"],
  ] as const)("but nobody says for now that it hasn't got a package: %s is %s", async (trouble, expected) => {
    catalog.troubles.set("24.10.4", trouble);
    expect(await code(ask({ version: "24.10.4", installed: ["gone"] }))).toBe(expected);
  });

  test("of the offered release there has to be one", async () => {
    catalog.troubles.set("25.12.1", "not_loaded");
    expect(await code(ask({ version: "24.10.4", installed: ["vim"] }))).toBe("not_loaded");
  });
});

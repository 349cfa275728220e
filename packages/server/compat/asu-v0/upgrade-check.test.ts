import { expect, test } from "vitest";
import type { Version } from "../../catalog/types.ts";
import type { UpgradeAnswer } from "../../upgrades/types.ts";
import { requestHash } from "./hashes.ts";
import { readUpgradeCheck, type UpgradeCheck, wordUpgradeCheck } from "./upgrade-check.ts";

const RELEASE: Version = {
  distribution: "openwrt",
  name: "24.10.5",
  branch: "24.10",
  kind: "release",
  path: "releases/24.10.5",
};
const SNAPSHOT: Version = { ...RELEASE, name: "SNAPSHOT", branch: "SNAPSHOT", kind: "snapshot", path: "snapshots" };
const INSTALLED = new Map([
  ["luci", "1"],
  ["vim", "2"],
]);

function check(fields: Partial<UpgradeCheck> & { version: string }) {
  const rest = { distro: "OpenWrt", target: "ath79/generic", revision: null, installed: null, upgradePackages: false };
  return { ...rest, ...fields };
}

function found(fields: Partial<UpgradeAnswer> = {}): UpgradeAnswer {
  const packages = ["luci", "vim-fuller"];
  const rest = { target: null, newRelease: false, revision: "r2-b", packages, upgrades: new Map(), changes: [] };
  return { ...rest, offered: RELEASE, notice: null, ...fields };
}

async function said(response: Response): Promise<[number, unknown]> {
  const text = await response.text();
  return [response.status, text === "" ? null : JSON.parse(text)];
}

test("a new version without target or packages is 200, not the original's status 0", async () => {
  const response = wordUpgradeCheck(check({ version: "18.06.0", target: null }), found({ newRelease: true }));
  expect(await said(response)).toEqual([200, { version: "24.10.5" }]);
});

test("a new version with packages: version, packages and upgrades", async () => {
  const upgrades = new Map([["luci", ["3", "1"] as const]]);
  const response = wordUpgradeCheck(
    check({ version: "18.06.0", installed: INSTALLED }),
    found({ upgrades, newRelease: true }),
  );
  const body = { version: "24.10.5", packages: ["luci", "vim-fuller"], upgrades: { luci: ["3", "1"] } };
  expect(await said(response)).toEqual([200, body]);
  expect(response.headers.get("content-type")).toBe("application/json");
});

test("a new version without any package to upgrade still says so: upgrades {}", async () => {
  const response = wordUpgradeCheck(check({ version: "18.06.0", installed: INSTALLED }), found({ newRelease: true }));
  expect(await said(response)).toMatchObject([200, { upgrades: {} }]);
});

test("the newest version is 204 without a body, and X-Request-Hash is made as §2.1 has it", async () => {
  const asked = check({ version: "24.10.5", installed: INSTALLED });
  const response = wordUpgradeCheck(asked, found());
  expect(await said(response)).toEqual([204, null]);
  const of = { distro: "OpenWrt", version: "24.10.5", target: "ath79/generic", profile: "", defaults: "" };
  expect(response.headers.get("x-request-hash")).toBe(requestHash({ ...of, packages: ["luci", "vim"] }));
});

test("packages to upgrade count only for who wants them upgraded", async () => {
  const upgrades = new Map([["luci", ["3", "1"] as const]]);
  const asked = check({ version: "24.10.5", installed: INSTALLED });
  expect((await said(wordUpgradeCheck(asked, found({ upgrades }))))[0]).toBe(204);
  const wanted = wordUpgradeCheck({ ...asked, upgradePackages: true }, found({ upgrades, packages: ["luci", "vim"] }));
  expect(await said(wanted)).toEqual([200, { packages: ["luci", "vim"], upgrades: { luci: ["3", "1"] } }]);
  expect((await said(wordUpgradeCheck({ ...asked, upgradePackages: true }, found())))[0]).toBe(204);
});

test.each([
  ["SNAPSHOT", null, [200, { version: "SNAPSHOT" }]],
  ["snapshots", null, [200, { version: "snapshots" }]],
  ["snapshots", "r1-a", [200, { version: "snapshots", revision: "r2-b" }]],
])("a newer build of a snapshot that is called %s, of revision %s", async (version, revision, expected) => {
  const answer = found({ offered: SNAPSHOT, newRelease: true });
  expect(await said(wordUpgradeCheck(check({ version, revision }), answer))).toEqual(expected);
});

test("the snapshot that is installed is 204", async () => {
  const asked = check({ version: "SNAPSHOT", revision: "r2-b" });
  expect((await said(wordUpgradeCheck(asked, found({ offered: SNAPSHOT }))))[0]).toBe(204);
});

test("a release that is offered a snapshot is told its listed name", async () => {
  const response = wordUpgradeCheck(check({ version: "17.01.0" }), found({ offered: SNAPSHOT, newRelease: true }));
  expect(await said(response)).toEqual([200, { version: "snapshots" }]);
});

test("a target without a successor is 412 with the reason", async () => {
  const notice = "ar7/generic was dropped after 18.06.";
  const response = wordUpgradeCheck(
    check({ version: "18.06.0", target: "ar7/generic" }),
    found({ offered: null, notice }),
  );
  expect(await said(response)).toEqual([412, { error: "unknown target ar7/generic", notice }]);
});

test.each([
  ["distro", {}],
  ["distro", { version: "18.06.0" }],
  ["target", { distro: "openwrt", version: "18.06.0", installed: { luci: "1" } }],
  ["target", { distro: "openwrt", version: "18.06.0", revision: "r1" }],
])("misses %s in %j", (parameter, fields) => {
  expect(() => readUpgradeCheck(fields)).toThrow(`missing parameter ${parameter}`);
});

test("version alone, and distro alone, are enough to ask for the newest", () => {
  expect(readUpgradeCheck({ distro: "openwrt" })).toMatchObject({ version: null, target: null, installed: null });
  expect(readUpgradeCheck({ distro: "openwrt", version: "18.06.0" })).toMatchObject({ version: "18.06.0" });
});

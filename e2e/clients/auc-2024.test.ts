import { afterAll, beforeAll, expect, test } from "vitest";
import { type AucDevice, replay } from "./auc-2024.ts";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import { cutOff, proxyPage, withBody, withHeader, withJson, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const ARCHER: AucDevice = {
  target: "ath79/generic",
  boardName: "tplink,archer-c7-v2",
  version: "24.10.4",
  revision: "r28959-29397011cc",
  packages: {
    kernel: "6.6.110~0123456789abcdef0123456789abcdef-r1",
    libc: "1.2.5-r4",
    busybox: "1.36.1-r2",
    dropbear: "2024.86-r1",
    luci: "24.316.48559~0123456",
    "kmod-usb2": "6.6.110-r1",
    "kmod-ath10k-ct": "6.6.110-r1",
  },
};

test("a router on 24.10.4 is offered the branch's newest release, not its snapshot", async () => {
  const offer = await replay(server.url, ARCHER);
  expect(offer).toMatchObject({
    available: expect.stringMatching(/^24\.10\.5 r29087-[0-9a-f]{10}$/),
    isNewer: true,
    request: { version: "24.10.5", target: "ath79/generic", profile: "tplink_archer-c7-v2" },
  });
  expect(offer.upgrades).toEqual(expect.arrayContaining(["kmod-usb2", "kmod-ath10k-ct"]));
  expect(offer.upgrades).not.toContain("busybox");
  expect(offer.request.packages_versions).toMatchObject({ "kmod-usb2": "6.6.119-r1", busybox: "1.36.1-r2" });
  expect(offer.request.packages_versions).not.toHaveProperty("kernel");
});

test("a PC is generic, whatever its board is called", async () => {
  const device = { ...ARCHER, target: "x86/64", boardName: "qemu-standard-pc", packages: { busybox: "1.36.1-r2" } };
  expect(await replay(server.url, device)).toMatchObject({ request: { version: "24.10.5", profile: "generic" } });
});

test("a snapshot stays on snapshots", async () => {
  const device = { ...ARCHER, version: "SNAPSHOT", revision: "r34000-0123456789", packages: { luci: "26.1~0123456" } };
  expect(await replay(server.url, device)).toMatchObject({
    available: expect.stringMatching(/^SNAPSHOT r34820-/),
    isNewer: true,
    request: { version: "SNAPSHOT" },
  });
});

test("a release candidate is found by its name", async () => {
  const device = { ...ARCHER, packages: { luci: "24.316.48559~0123456" }, release: "26.05.0-rc1" };
  expect(await replay(server.url, device)).toMatchObject({ request: { version: "26.05.0-rc1" } });
});

test("what is newest already has nothing to upgrade", async () => {
  const { request } = await replay(server.url, ARCHER);
  const upgraded = {
    ...ARCHER,
    version: "24.10.5",
    revision: request.version_code,
    packages: request.packages_versions,
  };
  expect(await replay(server.url, upgraded)).toMatchObject({ isNewer: false, upgrades: [] });
});

test("a package that another generation of packages doesn't have is named", async () => {
  const device = { ...ARCHER, branch: "25.12", packages: { opkg: "2024.10.16~38eccbb1-r1" } };
  await expect(replay(server.url, device)).rejects.toThrow("Not all installed packages found in remote lists: opkg");
});

const BRANCHES = "GET /json/v1/branches.json";
const BOARD = "GET /json/v1/releases/24.10.5/targets/ath79/generic/tplink_archer-c7-v2.json";
const BOARDS = /^GET \/json\/v1\/releases\/24\.10.*\/tplink_archer-c7-v2\.json/;
const TARGET_INDEX = "GET /json/v1/releases/24.10.5/targets/ath79/generic/index.json";
const ARCHITECTURE_INDEX = "GET /json/v1/releases/24.10.5/packages/mips_24kc-index.json";

// biome-ignore lint/suspicious/noExplicitAny: JSON of an answer, to be broken
const inBranch = (change: (branch: any) => void) =>
  withJson((branches) => {
    change(branches.find(({ name }: { name: string }) => name === "24.10"));
  });

const BREAKAGES: Breakage[] = [
  { name: "branches.json is gone", of: BRANCHES, rewrite: withStatus(404), refusal: "answered with 404" },
  { name: "a proxy's page instead of branches", of: BRANCHES, rewrite: proxyPage, refusal: "is no JSON" },
  { name: "branches.json is cut off", of: BRANCHES, rewrite: cutOff, refusal: "it ended before its length" },
  {
    name: "branches.json is packed",
    of: BRANCHES,
    rewrite: withHeader("content-encoding", "gzip"),
    refusal: "nobody asked for that",
  },
  { name: "branches.json is a text", of: BRANCHES, rewrite: withBody('"none"'), refusal: "neither list nor object" },
  ...(["name", "path", "path_packages", "versions", "targets", "enabled"] as const).map((field) => ({
    name: `a branch has no ${field}`,
    of: BRANCHES,
    rewrite: inBranch((branch) => delete branch[field]),
    refusal: `a branch has no ${field}`,
  })),
  {
    name: "enabled is a number",
    of: BRANCHES,
    rewrite: inBranch((branch) => Object.assign(branch, { enabled: 1 })),
    refusal: "a branch has no enabled",
  },
  {
    name: "versions are an object",
    of: BRANCHES,
    rewrite: inBranch((branch) => Object.assign(branch, { versions: { "24.10.5": true } })),
    refusal: "a branch has no versions",
  },
  {
    name: "the branch isn't enabled",
    of: BRANCHES,
    rewrite: inBranch((branch) => Object.assign(branch, { enabled: false })),
    refusal: "branch 24.10 isn't enabled",
  },
  {
    name: "the branch has lost the target",
    of: BRANCHES,
    rewrite: inBranch((branch) => delete branch.targets["ath79/generic"]),
    refusal: "branch 24.10 doesn't have ath79/generic",
  },
  {
    name: "the branch is called otherwise than its releases",
    of: BRANCHES,
    rewrite: inBranch((branch) => Object.assign(branch, { name: "openwrt-24.10" })),
    refusal: "branch openwrt-24.10 is another",
  },
  {
    name: "the branch says another architecture than its releases",
    of: BRANCHES,
    rewrite: inBranch((branch) => Object.assign(branch.targets, { "ath79/generic": "mips_4kec" })),
    refusal: "is of mips_24kc",
  },
  {
    name: "paths are longer than auc's buffer",
    of: BRANCHES,
    rewrite: inBranch((branch) => Object.assign(branch, { path: `releases/${"x".repeat(200)}/{version}` })),
    refusal: "fit in 256 bytes",
  },
  { name: "boards are gone", of: BOARDS, rewrite: withStatus(404), refusal: "answered with 404" },
  { name: "the board isn't known", of: BOARDS, rewrite: withBody("{}"), refusal: "has no metadata_version" },
  ...(["metadata_version", "arch_packages", "images", "target"] as const).map((field) => ({
    name: `boards have no ${field}`,
    of: BOARDS,
    rewrite: withJson((board) => {
      delete board[field];
    }),
    refusal: `has no ${field}`,
  })),
  ...[`"1"`, "1.0", "1e0", "4294967297", "true"].map((written) => ({
    name: `metadata_version is written as ${written}`,
    of: BOARDS,
    rewrite: replaceText('"metadata_version":1', `"metadata_version":${written}`),
    refusal: "has no metadata_version",
  })),
  {
    name: "boards are of metadata_version 2",
    of: BOARDS,
    rewrite: withJson((board) => Object.assign(board, { metadata_version: 2 })),
    refusal: "has metadata_version 2",
  },
  {
    name: "boards are of another target",
    of: BOARDS,
    rewrite: withJson((board) => Object.assign(board, { target: "ath79/tiny" })),
    refusal: "is of ath79/tiny",
  },
  {
    name: "images are an object",
    of: BOARDS,
    rewrite: withJson((board) => Object.assign(board, { images: {} })),
    refusal: "has no images",
  },
  {
    name: "the revision has no count",
    of: BOARD,
    rewrite: withJson((board) => Object.assign(board, { version_code: "5673adc61d" })),
    refusal: "Refusing to downgrade: 24.10.5",
  },
  {
    name: "the revision is a number",
    of: BOARD,
    rewrite: withJson((board) => Object.assign(board, { version_code: 29087 })),
    refusal: "Refusing to downgrade: 24.10.5",
  },
  { name: "the target's packages are gone", of: TARGET_INDEX, rewrite: withStatus(404), refusal: "answered with 404" },
  { name: "the target's packages are down", of: TARGET_INDEX, rewrite: withStatus(503), refusal: "answered with 503" },
  {
    name: "the target's index has no architecture",
    of: TARGET_INDEX,
    rewrite: withJson((index) => {
      delete index.architecture;
    }),
    refusal: "index.json has no architecture",
  },
  {
    name: "the target's index is of another architecture",
    of: TARGET_INDEX,
    rewrite: withJson((index) => Object.assign(index, { architecture: "mips_4kec" })),
    refusal: "Bad message",
  },
  {
    name: "the target's packages are a list",
    of: TARGET_INDEX,
    rewrite: withJson((index) => Object.assign(index, { packages: Object.keys(index.packages) })),
    refusal: "index.json has no packages",
  },
  {
    name: "kernel modules are missing",
    of: TARGET_INDEX,
    rewrite: withJson((index) => Object.assign(index, { packages: {} })),
    refusal: "Not all installed packages found in remote lists: kmod-usb2, kmod-ath10k-ct",
  },
  {
    name: "a kernel module is older",
    of: TARGET_INDEX,
    rewrite: withJson((index) => {
      index.packages["kmod-usb2"] = "6.6.93-r1";
    }),
    refusal: "Refusing to downgrade: kmod-usb2",
  },
  {
    name: "the architecture's packages are gone",
    of: ARCHITECTURE_INDEX,
    rewrite: withStatus(404),
    refusal: "answered with 404",
  },
  {
    name: "the architecture's packages are wrapped as the target's",
    of: ARCHITECTURE_INDEX,
    rewrite: withJson((packages) => ({ architecture: "mips_24kc", packages })),
    refusal: "the version of packages is no text",
  },
  {
    name: "the architecture's packages are a list",
    of: ARCHITECTURE_INDEX,
    rewrite: withBody("[]"),
    refusal: "is no object",
  },
  { name: "any hash is a build", of: "GET /api/v1/build/", rewrite: withStatus(202), refusal: "answered with 202" },
];

testBreakages(
  () => server.rewriter,
  (baseUrl) => replay(baseUrl, ARCHER),
  BREAKAGES,
);

function replaceText(from: string, to: string): Breakage["rewrite"] {
  return (answer) => {
    answer.body = Buffer.from(answer.body.toString("utf8").replace(from, to));
  };
}

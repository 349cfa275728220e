import { MirrorServer } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import { Rewriter } from "./lib/rewriter.ts";
import { cutOff, proxyPage, withBody, withHeader, withJson, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import { type OwutDevice, replay } from "./owut.ts";

/** owut goes to the distribution's own server too, so a rewriting layer stands before that one as well. */
let upstream: Rewriter;
let server: ServerUnderReplay;
const taken = new AsyncDisposableStack();
beforeAll(async () => {
  const mirror = taken.use(await MirrorServer.start());
  upstream = taken.use(await Rewriter.start(mirror.url));
  server = taken.use(
    await startServer({
      distributions: { openwrt: { upstream_url: mirror.url } },
      compat: { asu_v1: { upstream_url: upstream.url } },
    }),
  );
});
afterAll(() => taken.disposeAsync());

const ARCHER: OwutDevice = {
  target: "ath79/generic",
  boardName: "tplink,archer-c7-v2",
  version: "24.10.4",
  revision: "r28959-29397011cc",
  rootfsType: "squashfs",
  packages: {
    kernel: "6.6.110~0123456789abcdef0123456789abcdef-r1",
    libc: "1.2.5-r4",
    busybox: "1.36.1-r2",
    "libustream-mbedtls": "2024.07.28~99bd3d2b-r1",
    "kmod-usb2": "6.6.110-r1",
    luci: "24.316.48559~0123456",
    "luci-app-package-manager": "24.316.48559~0123456",
    opkg: "2024.10.16~38eccbb1-r1",
    auc: "0.3.2-r1",
  },
  topLevel: ["busybox", "luci", "luci-app-package-manager", "auc", "opkg"],
};
/** It has nothing that is renamed. */
const PLAIN: OwutDevice = {
  ...ARCHER,
  packages: { busybox: "1.36.1-r2", "kmod-usb2": "6.6.110-r1" },
  topLevel: ["busybox"],
};

test("a router on 24.10.4 gets its branch's newest release, and owut for auc", async () => {
  const { opkg: _, ...packages } = ARCHER.packages;
  const check = await replay(server.url, { ...ARCHER, packages });
  expect(check).toMatchObject({
    versionTo: "24.10.5",
    imageFile: "openwrt-24.10.5-ath79-generic-tplink_archer-c7-v2-squashfs-sysupgrade.bin",
    replaced: { auc: "owut" },
    request: { profile: "tplink_archer-c7-v2", version_code: expect.stringMatching(/^r29087-/) },
  });
  expect(check.changes).toEqual(expect.arrayContaining(["kmod-usb2", "owut"]));
  expect(Object.keys(check.request.packages_versions as object)).toEqual([
    "busybox",
    "luci",
    "luci-app-package-manager",
    "owut",
  ]);
});

test("to another generation of packages apk comes in opkg's place", async () => {
  const check = await replay(server.url, { ...ARCHER, versionTo: "25.12" });
  expect(check).toMatchObject({ versionTo: "25.12.1", replaced: { auc: "owut", opkg: "apk-mbedtls" } });
  expect(check.request.packages_versions).toHaveProperty("apk-mbedtls");
});

test.each([
  ["SNAPSHOT", "SNAPSHOT"],
  ["26.05", "26.05.0-rc1"],
  ["24.10-SNAPSHOT", "24.10-SNAPSHOT"],
  ["23.05.6", "23.05.6"],
])("asked for %s it takes %s", async (versionTo, version) => {
  expect(await replay(server.url, { ...PLAIN, versionTo })).toMatchObject({ versionTo: version });
});

test("a board that goes by another name is found by it, and a PC is generic", async () => {
  const pc = {
    ...PLAIN,
    target: "x86/64",
    boardName: "qemu-standard-pc",
    efi: true,
    packages: { busybox: "1.36.1-r2" },
  };
  const [alias, generic] = [
    await replay(server.url, { ...PLAIN, boardName: "archer-c7" }),
    await replay(server.url, pc),
  ];
  expect([alias.request.profile, generic.request.profile]).toEqual(["tplink_archer-c7-v2", "generic"]);
  expect(generic.imageFile).toMatch(/squashfs-combined-efi\.img\.gz$/);
});

const OVERVIEW = "GET /json/v1/overview.json";
const ARCHITECTURE_INDEX = "GET /json/v1/releases/24.10.5/packages/mips_24kc-index.json";
const TARGET_INDEX = "GET /json/v1/releases/24.10.5/targets/ath79/generic/index.json";
const STATE = "GET /api/v1/build/";

// biome-ignore lint/suspicious/noExplicitAny: JSON of an answer, to be broken
type Change = (json: any) => void;
const changed = (change: Change) =>
  withJson((json) => {
    change(json);
  });
const inBranch = (change: Change) => changed((overview) => change(overview.branches["24.10"]));

const OF_THE_SERVER: Breakage[] = [
  {
    name: "the overview moved, and owut goes after nothing",
    of: OVERVIEW,
    rewrite: (answer) => {
      answer.status = 301;
      answer.headers.set("location", "/json/v2/overview.json");
    },
    refusal: "Response status 301",
  },
  { name: "one branch takes all down", of: OVERVIEW, rewrite: withStatus(500), refusal: "Response status 500" },
  { name: "a proxy's page", of: OVERVIEW, rewrite: proxyPage, refusal: "is no JSON" },
  { name: "half an overview", of: OVERVIEW, rewrite: cutOff, refusal: "it ended before its length" },
  {
    name: "a packed overview",
    of: OVERVIEW,
    rewrite: withHeader("content-encoding", "gzip"),
    refusal: "nobody asked for that",
  },
  {
    name: "no address of the distribution's server",
    of: OVERVIEW,
    rewrite: changed((overview) => delete overview.upstream_url),
    refusal: "`upstream_url` is no text",
  },
  {
    name: "an address that nothing answers at",
    of: OVERVIEW,
    rewrite: changed((overview) => Object.assign(overview, { upstream_url: "http://127.0.0.1:9" })),
    refusal: "no whole answer to GET /releases/24.10.5/targets/ath79/generic/profiles.json",
  },
  {
    name: "no limits",
    of: OVERVIEW,
    rewrite: changed((overview) => delete overview.server),
    refusal: "`server` is no object",
  },
  ...["max_custom_rootfs_size_mb", "max_defaults_length"].map((limit) => ({
    name: `${limit} is a text`,
    of: OVERVIEW,
    rewrite: changed((overview) => Object.assign(overview.server, { [limit]: "1024" })),
    refusal: `server.${limit} is no number`,
  })),
  {
    name: "branches are a list",
    of: OVERVIEW,
    rewrite: changed((overview) => Object.assign(overview, { branches: Object.values(overview.branches) })),
    refusal: "`branches` is no object",
  },
  {
    name: "the branch's targets didn't load",
    of: OVERVIEW,
    rewrite: inBranch((branch) => Object.assign(branch, { targets: {} })),
    refusal: "version-to '24.10' is not available",
  },
  {
    name: "the branch isn't enabled",
    of: OVERVIEW,
    rewrite: inBranch((branch) => Object.assign(branch, { enabled: false })),
    refusal: "version-to '24.10' is not available",
  },
  {
    name: "the branch has snapshots only",
    of: OVERVIEW,
    rewrite: inBranch((branch) => Object.assign(branch, { versions: ["24.10-SNAPSHOT"] })),
    refusal: "version-to '' is not available",
  },
  {
    name: "versions are an object",
    of: OVERVIEW,
    rewrite: inBranch((branch) => Object.assign(branch, { versions: { "24.10.5": {} } })),
    refusal: "the versions of 24.10 is no list",
  },
  {
    name: "the branch has no path",
    of: OVERVIEW,
    rewrite: inBranch((branch) => delete branch.path),
    refusal: "the path of 24.10 is no text",
  },
  {
    name: "package changes are left out",
    of: OVERVIEW,
    rewrite: inBranch((branch) => delete branch.package_changes),
    refusal: "the package changes of 24.10 is no list",
  },
  {
    name: "no change is known",
    of: OVERVIEW,
    rewrite: inBranch((branch) => Object.assign(branch, { package_changes: [] })),
    refusal: "cannot upgrade: auc",
  },
  {
    name: "changes have their revisions as texts",
    of: OVERVIEW,
    rewrite: inBranch(({ package_changes }) => {
      for (const change of package_changes) change.revision = `r${change.revision}`;
    }),
    refusal: "the revision of firewall's change is no number",
  },
  {
    name: "a rename says null for what is dropped",
    of: OVERVIEW,
    rewrite: inBranch(({ package_changes }) => {
      for (const change of package_changes) if (change.source === "auc") change.target = null;
    }),
    refusal: "what auc became is no text",
  },
  {
    name: "the architecture's packages are gone",
    of: ARCHITECTURE_INDEX,
    rewrite: withStatus(404),
    refusal: "Response status 404",
  },
  {
    name: "versions of packages are objects",
    of: ARCHITECTURE_INDEX,
    rewrite: changed((packages) => Object.assign(packages, { busybox: { version: "1.36.1-r2" } })),
    refusal: "the version of busybox is no text",
  },
  {
    name: "a package isn't there any more",
    of: ARCHITECTURE_INDEX,
    rewrite: changed((packages) => delete packages.owut),
    refusal: "missing in target version, cannot upgrade: owut",
  },
  {
    name: "the target's packages are gone",
    of: TARGET_INDEX,
    rewrite: withStatus(503),
    refusal: "Response status 503",
  },
  {
    name: "the target's index is flat",
    of: TARGET_INDEX,
    rewrite: withJson(({ packages }) => packages),
    refusal: "the target's packages is no object",
  },
  {
    name: "HEAD of any hash is a build",
    of: "HEAD /api/v1/build/",
    rewrite: withStatus(202),
    refusal: "answered with 202",
  },
  { name: "any hash is a build", of: STATE, rewrite: withStatus(200), refusal: "a build that nobody asked for" },
  { name: "that there is no build is a page", of: STATE, rewrite: proxyPage, refusal: "is no JSON" },
  {
    name: "the body doesn't say its status",
    of: STATE,
    rewrite: changed((state) => delete state.status),
    refusal: "Build failed with status undefined",
  },
  {
    name: "no sentence says that there is no build",
    of: STATE,
    rewrite: changed((state) => delete state.detail),
    refusal: "the build's detail is no text",
  },
];

/** With auc, for which owut comes. */
const WITH_AUC: OwutDevice = {
  ...PLAIN,
  packages: { ...PLAIN.packages, auc: "0.3.2-r1" },
  topLevel: ["busybox", "auc"],
};

describe("of the server", () => {
  testBreakages(
    () => server.rewriter,
    (baseUrl) => replay(baseUrl, WITH_AUC),
    OF_THE_SERVER,
  );
});

const PROFILES = "GET /releases/24.10.5/targets/ath79/generic/profiles.json";
const inProfile = (change: Change) => changed(({ profiles }) => change(profiles["tplink_archer-c7-v2"]));

const OF_UPSTREAM: Breakage[] = [
  { name: "the target was dropped", of: PROFILES, rewrite: withStatus(404), refusal: "Response status 404" },
  {
    name: "profiles.json lies elsewhere",
    of: PROFILES,
    rewrite: (answer) => {
      answer.status = 302;
      answer.headers.set("location", "http://127.0.0.1:9/profiles.json");
    },
    refusal: "Response status 302",
  },
  { name: "a proxy's page", of: PROFILES, rewrite: proxyPage, refusal: "is no JSON" },
  { name: "nothing", of: PROFILES, rewrite: withBody(""), refusal: "is no JSON" },
  {
    name: "the profile was dropped",
    of: PROFILES,
    rewrite: changed(({ profiles }) => delete profiles["tplink_archer-c7-v2"]),
    refusal: "Unsupported profile: tplink_archer-c7-v2",
  },
  {
    name: "no architecture",
    of: PROFILES,
    rewrite: changed((platform) => delete platform.arch_packages),
    refusal: "`arch_packages` is no text",
  },
  {
    name: "no revision",
    of: PROFILES,
    rewrite: changed((platform) => delete platform.version_code),
    refusal: "`version_code` is no text",
  },
  {
    name: "a revision without its count, so that no change is made",
    of: PROFILES,
    rewrite: changed((platform) => Object.assign(platform, { version_code: "5673adc61d" })),
    refusal: "cannot upgrade: auc",
  },
  {
    name: "the time as a text",
    of: PROFILES,
    rewrite: changed((platform) => Object.assign(platform, { source_date_epoch: "1765972800" })),
    refusal: "`source_date_epoch` is no number",
  },
  {
    name: "no image of the file system",
    of: PROFILES,
    rewrite: inProfile(({ images }) => {
      for (const image of images) image.filesystem = "ext4";
    }),
    refusal: "File system type 'squashfs' should be another",
  },
  {
    name: "no image to upgrade with",
    of: PROFILES,
    rewrite: inProfile(({ images }) => images.shift()),
    refusal: "Sysupgrade type 'sysupgrade' should be one of factory, factory-us",
  },
];

describe("of the distribution's server", () => {
  testBreakages(
    () => upstream,
    () => replay(server.url, WITH_AUC),
    OF_UPSTREAM,
  );
});

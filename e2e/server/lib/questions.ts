import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/bootstrap.mjs";
import { type KnownBuilds, NO_BUILDS } from "./known-builds.ts";
import type { Place } from "./places.ts";

/** One of several, by chance that somebody else decides. */
export type Pick = <T>(values: readonly T[]) => T;

/** What a client that knows what it wants sends. */
export interface Question {
  method: string;
  /** Segments, not encoded yet. */
  segments: readonly string[];
  query: Readonly<Record<string, string>>;
  body: unknown;
}

/** A route as the application has it: `GET /api/v1/revision/:version/:target/:subtarget`. */
export interface Route {
  method: string;
  path: string;
}

/** What questions are about: a device in a release, and builds. */
interface Subject extends Place {
  builds: KnownBuilds;
}

type Make<T> = (pick: Pick, subject: Subject) => T;

/**
 * A good question for any route.
 * @throws for a route with a parameter, a wildcard or a body that nobody has said here what to put into
 */
export function goodQuestion({ method, path }: Route, pick: Pick, place: Place, builds = NO_BUILDS): Question {
  const subject = { ...place, builds };
  const plain = path.replace(/(?<=.)\/$/, "");
  const parameters = { ...PARAMETERS, ...PARAMETERS_OF[plain] };
  const segments = path.endsWith("*")
    ? [...split(path.slice(0, -1)), ...split(made(BELOW, path, pick, subject))]
    : split(path).map((part) => (part.startsWith(":") ? made(parameters, part.slice(1), pick, subject) : part));
  const isPost = method === "POST" || (method === "ALL" && plain in BODIES);
  return {
    method:
      method === "ALL" ? (isPost ? "POST" : "GET") : method === "GET" ? pick(["GET", "GET", "GET", "HEAD"]) : method,
    segments: path.endsWith("/") && path !== "/" ? [...segments, ""] : segments,
    query: QUERIES[plain]?.(pick, subject) ?? {},
    body: isPost ? made(BODIES, plain, pick, subject) : undefined,
  };
}

function split(path: string): string[] {
  return path.split("/").filter(Boolean);
}

function made<T>(table: Readonly<Record<string, Make<T>>>, name: string, pick: Pick, subject: Subject): T {
  const make = table[name];
  if (!make) throw new Error(`nobody has said what to ask for: ${name}`);
  return make(pick, subject);
}

const PACKAGES = ["luci", "base-files", "busybox", "curl", "vim", "dnsmasq", "tcpdump"];
const HASHES = ["0123456789ab", "ed806c8a99c0", "f".repeat(64)];
/** Of no build. */
const NO_ID = "0123456789abcdef".repeat(2);

const PARAMETERS: Readonly<Record<string, Make<string>>> = {
  distribution: (pick) => pick(["openwrt", "openwrt", "openwrt", "lede"]),
  version: (_, { version }) => version,
  target: (_, { target }) => target.split("/")[0] ?? "",
  subtarget: (_, { target }) => target.split("/")[1] ?? "",
  profile: (pick, { profile, board }) => pick([profile, board]),
  package: (pick) => pick(["luci", "busybox", "base-files"]),
  token: (pick) => pick(TOKEN_NAMES),
  hash: (pick, { builds }) => pick([...HASHES, ...builds.hashes]),
  id: (pick, { builds: { waiting, ended } }) => pick([NO_ID, ...waiting, ...ended]),
  place: (pick, { builds: { waiting, ended, hashes } }) => pick([NO_ID, ...waiting, ...ended, ...hashes]),
  name: (pick, { builds }) => pick(["profiles.json", "buildlog.txt", "none.bin", ...builds.files]),
};

/** What the pages load; nothing where they weren't built. */
const ASSET_FOLDER = join(ROOT, "dist", "pages", "server", "static", "assets");
const ASSETS = existsSync(ASSET_FOLDER) ? readdirSync(ASSET_FOLDER) : [];

/** Where a parameter isn't as it is elsewhere. */
const PARAMETERS_OF: Readonly<Record<string, Readonly<Record<string, Make<string>>>>> = {
  // What is told of one that waits has no end.
  "/api/v2/builds/:id/events": { id: (pick, { builds }) => pick([NO_ID, ...builds.ended]) },
  // Others are asked about later.
  "/api/v2/builds/:id/drop": { id: () => NO_ID },
  "/api/v2/builds/:id/retry": { id: (pick, { builds }) => pick([NO_ID, ...builds.waiting, ...builds.ended]) },
  "/static/assets/:name": { name: (pick) => pick([...ASSETS, "none.js"]) },
  // Two that are done are seldom drawn among many.
  "/api/v2/builds/:id/diff": {
    id: (pick, { builds }) => pick([NO_ID, ...builds.waiting, ...builds.done, ...builds.done]),
  },
};

/** Made and revoked all the time, by the same names. */
const TOKEN_NAMES = ["nightly", "console", "of a build farm"];

const file: Make<string> = (pick, { path, target, architecture, profile, board }) =>
  pick([
    `${path}/targets/${target}/index.json`,
    `${path}/packages/${architecture}-index.json`,
    `${path}/targets/${target}/${profile}.json`,
    `${path}/targets/${target}/${board}.json`,
    `${path}/targets/${target}/none.json`,
  ]);

/** Where the first generation's images lie; nobody has asked for any. */
const image2018: Make<string> = (pick, { version, target, profile }) =>
  pick([
    `${version}/${target}/${profile}/0123456789abcde/`,
    `${version}/${target}/${profile}/0123456789abcde`,
    `${version}/${target}/${profile}/0123456789abcde/sha256sums`,
    `${version}/${target}`,
  ]);
const hidden2018: Make<string> = (pick, subject) => `${"0".repeat(32)}/openwrt/${image2018(pick, subject)}`;

const BELOW: Readonly<Record<string, Make<string>>> = {
  "/download/openwrt/*": image2018,
  "/download/lede/*": image2018,
  "/download/custom/*": hidden2018,
  "/json/openwrt/*": image2018,
  "/json/lede/*": image2018,
  "/json/custom/*": hidden2018,
  "/json/v1/*": (pick, subject) =>
    pick(["latest.json", "branches.json", "overview.json", file(pick, subject), file(pick, subject)]),
  "/json/releases/*": (pick, subject) => file(pick, subject).replace(/^\w+\//, ""),
  "/json/snapshots/*": (pick, subject) => file(pick, { ...subject, path: "" }),
  "/releases/*": (pick, { path, target }) =>
    pick([
      ".targets.json",
      "packages-24.10/x86_64/feeds.conf",
      `${path.replace(/^\w+\//, "")}/targets/${target}/profiles.json`,
    ]),
  "/snapshots/*": (pick) => pick([".targets.json", "targets/x86/64/profiles.json"]),
  "/console/*": (pick) => pick(["", "builds", "builds/0123", "no/such/page"]),
  "/chef/*": (pick) => pick(["", "index.html", "app.js"]),
};

type Fields = Record<string, string>;

const image: Make<Fields> = (pick, { version, target, profile }) => ({
  distro: "openwrt",
  version,
  ...pick<Fields>([{ target }, { target: target.split("/")[0] ?? "", subtarget: target.split("/")[1] ?? "" }]),
  profile,
});

const page = (pick: Pick, filters: Record<string, readonly string[]>): Fields => ({
  ...pick<Fields>([{}, {}, { limit: "1" }, { limit: "500" }]),
  ...Object.fromEntries<string>(
    Object.entries(filters).flatMap(([name, values]) => pick<[string, string][]>([[], [[name, pick(values)]]])),
  ),
});

const DISTRIBUTION = "/api/v2/distributions/:distribution";
const TARGET = `${DISTRIBUTION}/versions/:version/targets/:target/:subtarget`;

const QUERIES: Readonly<Record<string, Make<Fields>>> = {
  [`${DISTRIBUTION}/versions`]: (pick) =>
    page(pick, { branch: ["24.10", "25.12", "none"], kind: ["release", "candidate", "snapshot"] }),
  [`${DISTRIBUTION}/versions/:version/models`]: (pick) => page(pick, { query: ["archer", "c7 tp-link", "", "é💥"] }),
  [`${TARGET}/packages`]: (pick) =>
    page(pick, { query: ["luci", "web server", "%"], feed: ["luci", "base", "target"] }),
  "/api/v2/builds": (pick, { version, target }) =>
    page(pick, {
      state: ["queued", "done", "failed"],
      version: [version],
      target: [target],
      distribution: ["openwrt"],
      profile: ["generic"],
      query: ["archer c7", "24.10", "%"],
      sort: ["newest", "oldest", "slowest", "quickest"],
    }),
  "/api/v2/catalog/branches": (pick) => pick<Fields>([{}, { distribution: "openwrt" }]),
  "/api/v2/catalog/resources": (pick, { version, target }) =>
    page(pick, {
      trouble: ["true", "false"],
      distribution: ["openwrt"],
      version: [version],
      target: [target],
      branch: ["24.10"],
      query: ["targets", "%"],
      sort: ["path", "oldest", "newest", "trouble"],
    }),
  "/api/v2/stats/versions": (pick) => pick<Fields>([{}, { branch: "24.10" }]),
  "/api/v2/stats/packages": (pick) => pick<Fields>([{}, { branch: "24.10", limit: "3" }]),
  "/api/v2/stats/targets": (pick) => pick<Fields>([{}, { limit: "3" }]),
  "/api/v2/stats/clients": (pick) => pick<Fields>([{}, { limit: "3" }]),
  "/api/v2/stats/build-errors": (pick) => pick<Fields>([{}, { limit: "3" }]),
  "/api/v2/builds/:id/log": (pick) => pick<Fields>([{}, { from: "10" }, { from: "3", limit: "5" }]),
  "/api/v2/builds/:id/events": (pick) => pick<Fields>([{}, { from: "10" }, { from: "999999" }]),
  "/api/v2/builds/:id/diff": (pick, { builds: { waiting, done } }) => ({
    against: pick([NO_ID, ...waiting, ...done, ...done]),
  }),
  "/api/v1/builds-by-version": (pick) => pick<Fields>([{}, { branch: "24.10" }]),
  "/api/v1/top-packages": (pick) => pick<Fields>([{}, { branch: "24.10", n: "5" }, { n: "100" }]),
  "/api/v1/build-errors": (pick) => pick<Fields>([{}, { n: "500" }]),
  "/api/versions": (pick) => pick<Fields>([{}, { distro: "openwrt" }, { distro: "LEDE" }]),
  "/api/models": (pick, { version }) => ({
    distro: "openwrt",
    version,
    ...pick<Fields>([{}, { model_search: "archer" }]),
  }),
  "/api/packages_image": image,
};

const installed = (pick: Pick) =>
  Object.fromEntries(
    [...new Set([pick(PACKAGES), pick(PACKAGES), "auc"])].map((name) => [name, pick(["1.0", "2024-r3"])]),
  );

const upgradeCheck: Make<unknown> = (pick, { version, target }) => ({
  ...pick([
    { distro: "openwrt", version },
    { distro: "OpenWrt", version: "18.06.2" },
    { distro: "lede", version: "17.01.4" },
  ]),
  ...pick([{ target }, { target: target.split("/")[0], subtarget: target.split("/")[1] }]),
  ...pick([{}, { installed: installed(pick) }, { packages: installed(pick) }]),
  ...pick([{}, { upgrade_packages: 1 }, { revision: "r29000-0123456789" }]),
});

const oldBuild: Make<unknown> = (pick, { version, target, board }) => ({
  distro: "openwrt",
  version,
  target,
  board,
  ...pick([{}, { packages: [pick(PACKAGES)] }, { model: "TP-Link Archer C7 v2" }]),
});

const build: Make<unknown> = (pick, { version, target, profile, board }) => ({
  version,
  target,
  profile: pick([profile, board]),
  ...pick([{}, { packages: [pick(PACKAGES)], diff_packages: true }, { packages_versions: { luci: "1.0-r1" } }]),
  ...pick([{}, { filesystem: "squashfs", rootfs_size_mb: "100" }, { client: "owut/1.0" }]),
});

const BODIES: Readonly<Record<string, Make<unknown>>> = {
  "/api/v2/builds": (pick, { version, target, profile, board }) => ({
    distribution: "openwrt",
    version,
    target,
    profile: pick([profile, board]),
    ...pick([{}, { packages: [pick(PACKAGES), `-${pick(PACKAGES)}`] }, { packages: [pick(PACKAGES)], only: true }]),
    ...pick([{}, { packages_versions: { luci: "1.0-r1" } }, { filesystem: "squashfs", rootfs_size_mb: 100 }]),
    ...pick([{}, { defaults: 'echo "it\'s $(hostname)"\n' }, { client: "owut/1.0" }]),
  }),
  "/api/v2/builds/:id/withdrawals": (pick) => ({ secret: pick([NO_ID, "f".repeat(32)]) }),
  "/api/v2/builds/:id/drop": () => undefined,
  "/api/v2/builds/:id/retry": () => undefined,
  "/api/v2/gc": (pick) => pick([{}, { dry_run: true }, { dry_run: false }]),
  [`${TARGET}/package-sets`]: (pick, { profile, board }) => ({
    ...pick([{}, { profile }, { profile: board }]),
    ...pick([{}, { packages: [pick(PACKAGES), `-${pick(PACKAGES)}`, "no-such-thing"] }, { only: true }]),
  }),
  "/api/v2/upgrade-checks": (pick, { version, target, board }) => ({
    distribution: pick(["openwrt", "openwrt", "lede"]),
    version,
    target,
    ...pick([{}, { profile: board }, { revision: "r29000-0123456789" }]),
    ...pick([{}, { installed: installed(pick) }, { installed: { luci: "1" }, upgrade_packages: false }]),
    ...pick([{}, {}, { wanted: "25.12.1" }]),
  }),
  "/api/v2/catalog/refresh": (pick, { version, target }) =>
    pick([
      { distribution: "openwrt", version },
      { distribution: "openwrt", version, target },
      { distribution: "lede" },
    ]),
  "/api/v2/tokens": (pick) => ({
    name: pick(TOKEN_NAMES),
    scopes: pick([["stats:read"], ["catalog:refresh", "stats:read"]]),
    expires_at: pick([null, "2999-01-01T00:00:00Z"]),
  }),
  "/api/upgrade-check": upgradeCheck,
  "/api/upgrade-request": oldBuild,
  "/api/build-request": oldBuild,
  "/api/v1/build": build,
  "/api/build": build,
};

import { blobmsgOf, fieldsOf } from "./lib/blobmsg.ts";
import { ClientRefuses, demand } from "./lib/client-refuses.ts";
import { Uclient } from "./lib/uclient.ts";
import { compareReleases, compareVersions } from "./lib/version-order.ts";

/** A device as `ubus` describes it, and what was typed after `auc`. */
export interface AucDevice {
  target: string;
  /** With its comma: `tplink,archer-c7-v2`. */
  boardName: string;
  version: string;
  revision: string;
  /** All that is installed, with versions. */
  packages: Readonly<Record<string, string>>;
  /** `-b`: another branch than the device's. */
  branch?: string;
  /** `-B`: this release of it. */
  release?: string;
}

/** What auc says before it asks whether to go on, and what it would post then. */
export interface AucOffer {
  /** `Available: 24.10.5 r29087-d9c5716d1d` */
  available: string;
  isNewer: boolean;
  /** Packages of which there is a newer version. */
  upgrades: string[];
  request: {
    version: string;
    version_code: string;
    target: string;
    profile: string;
    diff_packages: true;
    packages_versions: Readonly<Record<string, string>>;
  };
}

interface Release {
  branch: string;
  version: string;
  path: string;
  architecture: string;
  number: string;
  code: string;
}

/** Names that are no package in any list. */
const BUILT_IN = new Set(["libc", "librt", "libpthread", "kernel"]);
const NOBODYS_BUILD = "0".repeat(64);

/** auc 0.3.2, the last one, up to its build request. @throws ClientRefuses */
export async function replay(baseUrl: string, device: AucDevice): Promise<AucOffer> {
  const uclient = new Uclient({ userAgent: "auc (0.3.2-1)" });
  const get = (path: string) => reply(uclient, `${baseUrl}/json/v1/${path}`);
  const release = choose(await releasesOf(get, device), device);
  const available = await packagesOf(get, release, device.target);
  const upgrades = upgradesOf(release, available, device);
  await demandNoBuild(uclient, baseUrl);
  const installed = Object.keys(device.packages).filter((name) => !BUILT_IN.has(name));
  return {
    available: `${release.number} ${release.code}`,
    isNewer: compareVersions(device.revision, release.code) < 0,
    upgrades,
    request: {
      version: release.version,
      version_code: release.code,
      target: device.target,
      profile: boardFile(device),
      diff_packages: true,
      packages_versions: Object.fromEntries(installed.map((name) => [name, available.get(name) ?? ""])),
    },
  };
}

type Get = (path: string) => Promise<unknown>;

async function reply(uclient: Uclient, url: string): Promise<unknown> {
  const answer = await uclient.get(url);
  demand(answer.status === 200, `${new URL(url).pathname} is answered with ${answer.status}`);
  return blobmsgOf(answer);
}

/** Of every release that its branch says it has for the device, its own description is asked for. */
async function releasesOf(get: Get, device: AucDevice): Promise<Release[]> {
  const branches = await get("branches.json");
  demand(typeof branches === "object" && branches !== null, "branches.json is neither list nor object");
  const found: Release[] = [];
  const passedOver: string[] = [];
  for (const branch of Object.values(branches)) {
    const read = readBranch(branch, device);
    if ("reason" in read) passedOver.push(read.reason);
    else for (const release of read.releases) await describe(get, release, device).then((it) => found.push(it), pass);
  }
  if (found.length === 0) throw new ClientRefuses(`Invalid argument: ${passedOver.join("; ") || "there is no branch"}`);
  return found;

  // auc goes on with the next one without a word.
  function pass(error: unknown): void {
    if (!(error instanceof ClientRefuses)) throw error;
    passedOver.push(error.message);
  }
}

type Described = Omit<Release, "number" | "code">;

const BRANCH = {
  enabled: "bool",
  name: "string",
  path: "string",
  path_packages: "string",
  versions: "array",
  targets: "table",
} as const;

function readBranch(branch: unknown, device: AucDevice): { releases: Described[] } | { reason: string } {
  const { enabled, name, path, path_packages, versions, targets } = fieldsOf(BRANCH, branch);
  const fields = { enabled, name, path, path_packages, versions, targets };
  const absent = Object.entries(fields).filter(([, value]) => value === undefined);
  if (absent.length > 0) return { reason: `a branch has no ${absent.map(([field]) => field).join(", ")}` };
  if (!enabled) return { reason: `branch ${name} isn't enabled` };
  const isAsked = device.branch !== undefined || device.release !== undefined;
  if (!isAsked && !device.version.startsWith(name ?? "")) return { reason: `branch ${name} is another` };
  const architecture = targets?.[device.target];
  if (typeof architecture !== "string") return { reason: `branch ${name} doesn't have ${device.target}` };
  const releases = (versions ?? []).map((version) => {
    demand(typeof version === "string", `a version of ${name} is no text`);
    return { branch: name ?? "", version, path: (path ?? "").replace("{version}", version), architecture };
  });
  return { releases };
}

const BOARD = {
  metadata_version: "int32",
  arch_packages: "string",
  images: "array",
  target: "string",
  version_code: "string",
  version_number: "string",
} as const;

async function describe(get: Get, release: Described, device: AucDevice): Promise<Release> {
  const file = `${release.path}/targets/${device.target}/${boardFile(device)}.json`;
  const board = fieldsOf(BOARD, await get(file));
  demand(board.metadata_version !== undefined, `${file} has no metadata_version`);
  demand(board.arch_packages !== undefined, `${file} has no arch_packages`);
  demand(board.images !== undefined, `${file} has no images`);
  demand(board.target !== undefined, `${file} has no target`);
  demand(board.metadata_version === 1, `${file} has metadata_version ${board.metadata_version}`);
  demand(board.target === device.target, `${file} is of ${board.target}`);
  demand(board.arch_packages === release.architecture, `${file} is of ${board.arch_packages}`);
  return { ...release, number: board.version_number ?? "", code: board.version_code ?? "" };
}

function boardFile({ target, boardName }: AucDevice): string {
  return target === "x86/64" || target === "x86/generic" ? "generic" : boardName.replaceAll(",", "_");
}

/** On snapshots the first one, else the newest that is none; or the one that was asked for. */
function choose(releases: readonly Release[], { branch, release, version }: AucDevice): Release {
  const name = (branch ?? version).toLowerCase();
  const ofBranch = releases.filter((it) => name.startsWith(it.branch.toLowerCase()));
  const chosen =
    release !== undefined
      ? releases.find((it) => it.version.toLowerCase() === release.toLowerCase())
      : name.includes("snapshot")
        ? ofBranch.find(isSnapshot)
        : ofBranch.filter((it) => !isSnapshot(it)).sort((a, b) => compareReleases(b.version, a.version))[0];
  if (!chosen) throw new ClientRefuses(`Invalid argument: nothing to choose from for ${release ?? name}`);
  return chosen;
}

function isSnapshot({ version }: Release): boolean {
  return version.toLowerCase().includes("snapshot");
}

/** The target's packages, and those of its architecture; where both have one, the target's counts. */
async function packagesOf(get: Get, release: Release, target: string): Promise<Map<string, string>> {
  const file = `${release.path}/targets/${target}/index.json`;
  const ofTarget = fieldsOf({ architecture: "string", packages: "table" }, await get(file));
  demand(ofTarget.architecture !== undefined, `${file} has no architecture`);
  demand(ofTarget.packages !== undefined, `${file} has no packages`);
  demand(ofTarget.architecture === release.architecture, `Bad message: ${file} is of ${ofTarget.architecture}`);
  const ofArchitecture = await get(`${release.path}/packages/${release.architecture}-index.json`);
  demand(
    typeof ofArchitecture === "object" && ofArchitecture !== null && !Array.isArray(ofArchitecture),
    `${release.architecture}-index.json is no object`,
  );
  const all = Object.entries({ ...ofArchitecture, ...ofTarget.packages });
  return new Map(
    all.map(([name, version]) => {
      demand(typeof version === "string", `the version of ${name} is no text`);
      return [name, version];
    }),
  );
}

function upgradesOf(release: Release, available: ReadonlyMap<string, string>, device: AucDevice): string[] {
  const installed = Object.entries(device.packages).filter(([name]) => !BUILT_IN.has(name));
  const missing = installed.filter(([name]) => !available.has(name)).map(([name]) => name);
  const olderOnes = installed.filter(([name, version]) => compareVersions(version, available.get(name) ?? version) > 0);
  const isOlder = compareVersions(device.revision, release.code) > 0;
  const older = [...(isOlder ? [`${release.version} (${release.code})`] : []), ...olderOnes.map(([name]) => name)];
  demand(older.length === 0, `Refusing to downgrade: ${older.join(", ")}`);
  demand(missing.length === 0, `Not all installed packages found in remote lists: ${missing.join(", ")}`);
  return installed
    .filter(([name, version]) => compareVersions(version, available.get(name) ?? version) < 0)
    .map(([name]) => name);
}

/** With 202 it would ask again every two seconds; with 200 it would look for images. */
async function demandNoBuild(uclient: Uclient, baseUrl: string): Promise<void> {
  const { status } = await uclient.get(`${baseUrl}/api/v1/build/${NOBODYS_BUILD}`);
  demand(status === 404, `a build that nobody asked for is answered with ${status}`);
}

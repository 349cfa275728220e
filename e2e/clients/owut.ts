import { ClientRefuses, demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";
import { type Answer, exchange } from "./lib/http.ts";
import { jsonOf } from "./lib/uclient.ts";
import { compareReleases } from "./lib/version-order.ts";

/** A device as `ubus` describes it, and what was typed after `owut check`. */
export interface OwutDevice {
  target: string;
  /** With its comma: `tplink,archer-c7-v2`. */
  boardName: string;
  version: string;
  revision: string;
  rootfsType: string;
  efi?: boolean;
  packages: Readonly<Record<string, string>>;
  /** Of these, the ones nothing else depends on. */
  topLevel: readonly string[];
  /** `-V`: a release, or a branch. Default: the newest of the device's own branch. */
  versionTo?: string;
}

/** What `owut check` shows, and what `owut blob` does: the build request. */
export interface OwutCheck {
  versionTo: string;
  imageFile: string;
  /** Old name → new name, null where it was dropped. */
  replaced: Readonly<Record<string, string | null>>;
  /** Names whose version will be another. */
  changes: string[];
  request: Record<string, unknown>;
}

interface Branch {
  versions: string[];
  /** The newest that is no snapshot; empty where there are only snapshots. */
  latest: string;
  path: string;
  changes: readonly Record<string, unknown>[];
}

interface Overview {
  upstream: string;
  branches: ReadonlyMap<string, Branch>;
}

/** What the release's own server says of the device. */
interface Platform {
  architecture: string;
  profile: string;
  revision: string;
  imageFile: string;
}

const NOBODYS_BUILD = "0".repeat(64);
/** Withdrawn on the day it came out. */
const BAD_RELEASES = new Set(["23.05.1"]);

/** owut's `check`, up to its build request. @throws ClientRefuses */
export async function replay(baseUrl: string, device: OwutDevice): Promise<OwutCheck> {
  const overview = readOverview(await getJson(`${baseUrl}/json/v1/overview.json`));
  const { branch, version } = choose(overview, device);
  const path = branch.path.replace("{version}", version);
  const platform = await platformOf(`${overview.upstream}/${path}/targets/${device.target}`, device);
  const files = `${baseUrl}/json/v1/${path}`;
  const available = await availablePackages(
    `${files}/packages/${platform.architecture}-index.json`,
    `${files}/targets/${device.target}/index.json`,
  );
  const { installed, replaced } = applyChanges(branch.changes, platform.revision, device.packages);
  await readFailures(overview.upstream, version, platform.architecture);
  const changes = compare(installed, available);
  await demandNoBuild(`${baseUrl}/api/v1/build/${NOBODYS_BUILD}`);
  const packages = device.topLevel.map((name) => replaced[name] ?? name).filter((name) => installed.has(name));
  return {
    versionTo: version,
    imageFile: platform.imageFile,
    replaced,
    changes,
    request: {
      client: "owut/2026.01.01-r1",
      target: device.target,
      profile: platform.profile,
      version,
      version_code: platform.revision,
      filesystem: device.rootfsType,
      diff_packages: true,
      packages_versions: Object.fromEntries(packages.sort().map((name) => [name, available.get(name) ?? ""])),
    },
  };
}

/** Unlike auc it goes nowhere else when an answer says so. */
function ask(url: string, method = "GET"): Promise<Answer> {
  return exchange(url, { method, headers: { "user-agent": "owut/2026.01.01-r1" } });
}

async function getJson(url: string): Promise<unknown> {
  const answer = await ask(url);
  demand(answer.status === 200, `Response status ${answer.status} while downloading ${new URL(url).pathname}`);
  return jsonOf(answer);
}

function readOverview(answer: unknown): Overview {
  const overview = demandObject(answer, "the overview");
  const limits = demandObject(overview.server, "`server`");
  for (const limit of ["max_custom_rootfs_size_mb", "max_defaults_length"]) {
    demand(Number.isInteger(limits[limit]), `server.${limit} is no number`);
  }
  const branches = new Map<string, Branch>();
  for (const [name, value] of Object.entries(demandObject(overview.branches, "`branches`"))) {
    const branch = demandObject(value, `branch ${name}`);
    const isEmpty = Object.keys(demandObject(branch.targets, `the targets of ${name}`)).length === 0;
    if (branch.enabled !== true || isEmpty) continue;
    const versions = demandList(branch.versions, `the versions of ${name}`)
      .map((version) => demandText(version, `a version of ${name}`))
      .filter((version) => !BAD_RELEASES.has(version))
      .sort(compareReleases);
    branches.set(name, {
      versions,
      latest: versions.findLast((version) => !version.includes("-SNAPSHOT")) ?? "",
      path: demandText(branch.path, `the path of ${name}`),
      changes: demandList(branch.package_changes, `the package changes of ${name}`).map((change) =>
        demandObject(change, `a package change of ${name}`),
      ),
    });
  }
  return { upstream: demandText(overview.upstream_url, "`upstream_url`"), branches };
}

function choose({ branches }: Overview, { version, versionTo }: OwutDevice): { branch: Branch; version: string } {
  const wanted = versionTo ?? (version.includes("SNAPSHOT") ? version : branchOf(version));
  const chosen = branches.get(wanted)?.latest ?? wanted;
  const branch = branches.get(branchOf(chosen));
  demand(branch?.versions.includes(chosen) === true, `Your specified version-to '${chosen}' is not available`);
  return { branch: branch as Branch, version: chosen };
}

function branchOf(version: string): string {
  return version === "SNAPSHOT" ? version : (/\d+\.\d+/.exec(version)?.[0] ?? "");
}

async function platformOf(folder: string, device: OwutDevice): Promise<Platform> {
  const platform = demandObject(await getJson(`${folder}/profiles.json`), "profiles.json");
  const profiles = demandObject(platform.profiles, "`profiles`");
  const name = profileName(profiles, device.boardName.replace(",", "_"));
  const profile = demandObject(profiles[name], `profile ${name}`);
  demandList(platform.default_packages, "`default_packages`");
  demandList(profile.device_packages, "`device_packages`");
  demandText(profile.image_prefix, "`image_prefix`");
  demand(Number.isInteger(platform.source_date_epoch), "`source_date_epoch` is no number");
  return {
    architecture: demandText(platform.arch_packages, "`arch_packages`"),
    profile: name,
    revision: demandText(platform.version_code, "`version_code`"),
    imageFile: imageFile(demandList(profile.images, `the images of ${name}`), device),
  };
}

/** The device's own name, the profile that goes by it, or the one that all devices have. */
function profileName(profiles: Record<string, unknown>, board: string): string {
  if (board in profiles) return board;
  for (const [name, profile] of Object.entries(profiles)) {
    const { supported_devices: aliases } = demandObject(profile, `profile ${name}`);
    const names = demandList(aliases, `the supported devices of ${name}`).map((alias) => String(alias));
    if (names.some((alias) => alias.replace(",", "_") === board)) return name;
  }
  demand("generic" in profiles, `Unsupported profile: ${board}`);
  return "generic";
}

function imageFile(listed: readonly unknown[], { target, rootfsType, efi }: OwutDevice): string {
  const images = listed.map((image) => demandObject(image, "an image")).filter(({ filesystem }) => filesystem);
  const fitting = images.filter(({ filesystem }) => filesystem === rootfsType);
  demand(fitting.length > 0, `File system type '${rootfsType}' should be another`);
  const kind = `${/^(x86|armsr)\//.test(target) ? "combined" : "sysupgrade"}${efi ? "-efi" : ""}`;
  const types = new Set(fitting.map(({ type }) => type));
  const [only] = types.size === 1 ? types : [];
  const type = !types.has(kind) && kind === "sysupgrade" && only !== undefined ? only : kind;
  const image = fitting.find((it) => it.type === type);
  demand(image !== undefined, `Sysupgrade type '${kind}' should be one of ${[...types].join(", ")}`);
  return demandText(image.name, "the image's name");
}

async function availablePackages(ofArchitecture: string, ofTarget: string): Promise<Map<string, string>> {
  const all = demandObject(await getJson(ofArchitecture), "the architecture's packages");
  const { packages } = demandObject(await getJson(ofTarget), "the target's index");
  const merged = Object.entries({ ...all, ...demandObject(packages, "the target's packages") });
  return new Map(merged.map(([name, version]) => [name, demandText(version, `the version of ${name}`)]));
}

/** Renames and drops what has changed up to the new revision; one it can't read counts as none at all. */
function applyChanges(
  changes: readonly Record<string, unknown>[],
  revision: string,
  packages: Readonly<Record<string, string>>,
): { installed: ReadonlyMap<string, string>; replaced: Record<string, string | null> } {
  const upTo = Number(/^r(\d+)-[0-9a-f]+$/i.exec(revision)?.[1] ?? 0);
  const installed = new Map(Object.entries(packages));
  const replaced: Record<string, string | null> = {};
  for (const change of changes) {
    const source = demandText(change.source, "a package change's source");
    demand(Number.isInteger(change.revision), `the revision of ${source}'s change is no number`);
    if ((change.revision as number) > upTo || !installed.has(source)) continue;
    const target = change.target === undefined ? null : demandText(change.target, `what ${source} became`);
    installed.delete(source);
    if (target !== null && !installed.has(target)) installed.set(target, "");
    replaced[source] = target;
  }
  return { installed, replaced };
}

/** A list of what couldn't be built. Mostly there is none, and nothing is wrong with that. */
async function readFailures(upstream: string, version: string, architecture: string): Promise<void> {
  const folder = version === "SNAPSHOT" ? "snapshots/faillogs" : `releases/faillogs-${branchOf(version)}`;
  await ask(`${upstream}/${folder}/${architecture}/`);
}

function compare(installed: ReadonlyMap<string, string>, available: ReadonlyMap<string, string>): string[] {
  const names = [...installed.keys()].filter((name) => name !== "kernel" && name !== "libc").sort();
  const missing = names.filter((name) => !available.has(name));
  demand(missing.length === 0, `missing in target version, cannot upgrade: ${missing.join(", ")}`);
  return names.filter((name) => available.get(name) !== installed.get(name));
}

/** First by HEAD, for whose sake a server that doesn't know it is forgiven; then in full. */
async function demandNoBuild(url: string): Promise<void> {
  const head = await ask(url, "HEAD");
  demand([404, 405].includes(head.status), `HEAD of a build that nobody asked for is answered with ${head.status}`);
  const answer = await ask(url);
  if (answer.status === 200 || answer.status === 202) throw new ClientRefuses("there is a build that nobody asked for");
  const { status, detail } = demandObject(jsonOf(answer), "the build's state");
  // It goes on with the status that the body says.
  demand(status === 404, `Build failed with status ${status}`);
  demandText(detail, "the build's detail");
}

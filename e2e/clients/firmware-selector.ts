import { Browser, type PageAnswer } from "./lib/browser.ts";
import { ClientRefuses, demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";

export interface Selection {
  /** `config.js`: where the static files are asked for. */
  imageUrl: string;
  /** Default: the one that is stable. */
  version?: string;
  /** As the list of models writes it: `TP-Link Archer C7 v2`. */
  title: string;
}

/** What the page shows of a device, and what its button would post. */
export interface Selected {
  versions: string[];
  /** Of all devices, as they can be typed. */
  titles: number;
  /** Addresses to download from. */
  images: string[];
  request: Record<string, unknown>;
}

interface Model {
  id: string;
  target: string;
}

const NOBODYS_BUILD = "0".repeat(64);
/** They have no files of the kind it needs. */
const WITHOUT_FILES = /^(19\.07\.\d|18\.06\.\d|17\.01\.\d)$/;

/** The firmware selector, a page on a host of its own, up to its build request. @throws ClientRefuses as its alert would */
export async function replay(asuUrl: string, { imageUrl, version, title }: Selection): Promise<Selected> {
  const browser = new Browser("https://firmware-selector.example.org");
  await optional(browser, `${imageUrl}/device_packages.json`);
  const { versions, stable, images } = await readVersions(browser, imageUrl);
  const selected = version ?? stable;
  demand(versions.includes(selected), `${selected} is none of the versions`);
  const models = await readModels(browser, `${folderOf(imageUrl, selected)}/.overview.json`);
  const model = models.get(title);
  demand(model !== undefined, `nothing is found for ${title}`);
  const device = await readDevice(browser, folderOf(images, selected), model);
  await demandNoBuild(browser, `${asuUrl}/api/v1/build/${NOBODYS_BUILD}`);
  return {
    versions,
    titles: models.size,
    images: device.images,
    request: {
      profile: model.id,
      target: model.target,
      packages: device.packages,
      defaults: "",
      version_code: device.versionCode,
      version: selected,
      diff_packages: true,
      client: "ofs/1.2.3",
      repositories: {},
      repository_keys: [],
    },
  };
}

/** `cache: "no-cache"`, which the browser itself adds to the request; a page needn't ask for that. */
async function getJson(browser: Browser, url: string): Promise<unknown> {
  const answer = await browser.fetch(url);
  demand(answer.status === 200, `Failed to fetch ${new URL(url).pathname}: ${answer.status}`);
  return answer.json();
}

async function optional(browser: Browser, url: string): Promise<void> {
  try {
    await browser.fetch(url);
  } catch (error) {
    if (!(error instanceof ClientRefuses)) throw error;
  }
}

/** The versions it lists; the default; where images lie, which may be elsewhere. */
async function readVersions(
  browser: Browser,
  imageUrl: string,
): Promise<{ versions: string[]; stable: string; images: string }> {
  const answer = await browser.fetch(`${imageUrl}/.versions.json`);
  // The file is optional for somebody who lists the versions in config.js.
  demand(answer.status === 200, `no versions: .versions.json is answered with ${answer.status}`);
  const { versions_list, stable_version, image_url_override } = demandObject(answer.json(), ".versions.json");
  const listed = demandList(versions_list, "`versions_list`").map((version) => demandText(version, "a version"));
  const releases = listed.filter((version) => !WITHOUT_FILES.test(version));
  const branches = new Set(releases.map((version) => `${version.split(".").slice(0, -1).join(".")}-SNAPSHOT`));
  return {
    versions: [...releases, ...branches, "SNAPSHOT"],
    stable: demandText(stable_version, "`stable_version`"),
    images: image_url_override === undefined ? imageUrl : demandText(image_url_override, "`image_url_override`"),
  };
}

/** Those of snapshots end in a slash, so that two follow each other. */
function folderOf(url: string, version: string): string {
  return version === "SNAPSHOT" ? `${url}/snapshots/` : `${url}/releases/${version}`;
}

async function readModels(browser: Browser, url: string): Promise<Map<string, Model>> {
  const { profiles } = demandObject(await getJson(browser, url), ".overview.json");
  const models = new Map<string, Model>();
  for (const value of demandList(profiles, "`profiles`")) {
    const { id, target, titles } = demandObject(value, "a profile");
    const model = { id: demandText(id, "a profile's id"), target: demandText(target, `the target of ${id}`) };
    for (const title of titlesOf(titles, model.id)) {
      // One device in two targets, while one of them is being renamed.
      models.set(models.has(title) ? `${title} (${model.target})` : title, model);
    }
  }
  return models;
}

function titlesOf(titles: unknown, id: string): string[] {
  return demandList(titles, `the titles of ${id}`)
    .map((value) => demandObject(value, `a title of ${id}`))
    .map(({ title, vendor, model, variant }) =>
      String(title ?? `${vendor ?? ""} ${model ?? ""} ${variant ?? ""}`).trim(),
    )
    .filter((title) => title !== "");
}

interface Device {
  versionCode: string;
  packages: string[];
  images: string[];
}

async function readDevice(browser: Browser, folder: string, { id, target }: Model): Promise<Device> {
  const base = `${folder}/targets/${target}`;
  const all = demandObject(await getJson(browser, `${base}/profiles.json`), "profiles.json");
  const profile = demandObject(demandObject(all.profiles, "`profiles`")[id], `profile ${id}`);
  demandText(all.version_number, "`version_number`");
  titlesOf(profile.titles, id);
  const images = demandList(profile.images, `the images of ${id}`).map((value) => {
    const { name, type } = demandObject(value, "an image");
    demandText(type, "an image's type");
    return demandText(name, "an image's name");
  });
  return {
    versionCode: demandText(all.version_code, "`version_code`"),
    packages: [
      ...demandList(all.default_packages, "`default_packages`"),
      ...demandList(profile.device_packages, "`device_packages`"),
    ].map((name) => demandText(name, "a package")),
    images: images.sort().map((name) => `${base}/${name}`),
  };
}

/** It declares a type for what has no content, so its browser asks first. */
async function demandNoBuild(browser: Browser, url: string): Promise<void> {
  const answer = await browser.fetch(url, { headers: { "Content-Type": "application/json" } });
  const shown = shownState(answer);
  demand(answer.status === 404, `a build that nobody asked for is answered with ${answer.status}: ${shown}`);
}

/** What it shows of a build. Other than LuCI it has words for every state, and shows any status's `detail`. */
function shownState(answer: PageAnswer): string {
  const { detail, imagebuilder_status: status, images } = demandObject(answer.json(), "the build's state");
  if (answer.status === 200) return `${demandList(images, "`images`").length} images`;
  if (answer.status === 202) return `tr-${status ?? detail ?? "init"}`;
  return demandText(detail, "the build's detail");
}

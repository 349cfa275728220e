import { Browser } from "./lib/browser.ts";
import { demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";

/** Who looks for what. */
export interface Visit {
  /** Where Chef lies. */
  origin: string;
  /** `default_distro` in its settings. */
  distribution: string;
  /** What is typed into its search box. */
  search: string;
  /** A request that was made on another day, and is in the page still. */
  requestHash: string;
}

/** What is on the page before anything is asked for. */
export interface Page {
  distributions: readonly string[];
  versions: readonly string[];
  /** What is chosen among them. */
  version: string;
  networkProfiles: readonly string[];
  imagesTotal: number;
  /** Each with `<target>/<profile>` behind it. */
  devices: readonly { shown: string; value: string }[];
  packages: readonly string[];
  /** What becomes of the old request: it is made again. */
  oldRequest: "made again" | "shown";
}

/** Chef (the image configurator of 2018) up to its button "Create", from another host than the server's. @throws ClientRefuses */
export async function replay(server: string, visit: Visit): Promise<Page> {
  const browser = new Browser(visit.origin);
  const lists = await loadLists(browser, server, visit.distribution);
  const networkProfiles = await loadNetworkProfiles(browser, server);
  const { total } = demandObject(await read(browser, `${server}/api/v1/stats/image_stats`), "image_stats");
  demand(typeof total === "number", "the number of images is shown as undefined");
  const devices = await search(browser, server, visit, lists.version);
  const packages = await loadPackages(browser, server, visit, lists.version, devices[0]?.value ?? "");
  const oldRequest = await askForOld(browser, server, visit.requestHash);
  return { ...lists, networkProfiles, imagesTotal: total, devices, packages, oldRequest };
}

async function read(browser: Browser, url: string): Promise<unknown> {
  return (await browser.fetch(url)).json();
}

async function loadLists(browser: Browser, server: string, chosen: string) {
  const all = demandObject(await read(browser, `${server}/api/distributions`), "the table of distributions");
  for (const [name, row] of Object.entries(all)) {
    demandText(demandObject(row, `TypeError: ${name}`).distro_alias, `the title of ${name}`);
  }
  const own = demandObject(all[chosen], `TypeError: the distribution ${chosen}`);
  const versions = demandObject(own.versions, `TypeError: the versions of ${chosen}`);
  const version = demandText(own.latest, `the latest of ${chosen}`);
  // A choice that isn't in the list leaves the list without one, and its description is then asked of nothing.
  const { version_description: text } = demandObject(versions[version], `TypeError: the latest, ${version},`);
  demand(typeof text === "string" || text === null || text === undefined, "the description of a version is no text");
  return { distributions: Object.keys(all), versions: Object.keys(versions), version };
}

async function loadNetworkProfiles(browser: Browser, server: string): Promise<string[]> {
  const answer = await browser.fetch(`${server}/network-profiles/Packages`);
  const lines = answer.status === 200 ? answer.text.split("\n") : [];
  return lines.filter((line) => line.startsWith("Package: ")).map((line) => line.slice("Package: ".length));
}

async function search(browser: Browser, server: string, { search: text, distribution }: Visit, version: string) {
  const url = `${server}/api/models?model_search=${text}&distro=${distribution}&version=${version}`;
  const found = demandList(await read(browser, url), "TypeError: what was found").map((each) => {
    const { model, target, profile } = demandObject(each, "TypeError: a device that was found");
    demand(typeof model === "string", "TypeError: a model has no startsWith");
    const shown = model.startsWith("Generic") ? `${model} (${target})` : model;
    const value = `${demandText(target, `the target of ${model}`)}/${demandText(profile, `the profile of ${model}`)}`;
    demand(value.split("/").length === 3, `${value} isn't target, subtarget and profile`);
    return { shown, value };
  });
  demand(found.length > 0, "Not found");
  return found;
}

async function loadPackages(browser: Browser, server: string, visit: Visit, version: string, value: string) {
  const [target, subtarget, profile] = value.split("/");
  const query = `distro=${visit.distribution}&version=${version}&target=${target}/${subtarget}&profile=${profile}`;
  const list = demandList(
    await read(browser, `${server}/api/packages_image?${query}`),
    "TypeError: the set of packages",
  );
  return list.map((name) => demandText(name, "a package"));
}

/** A GET with a Content-Type, so the browser asks first. Its answer is taken for JSON, whatever the status. */
async function askForOld(browser: Browser, server: string, hash: string): Promise<Page["oldRequest"]> {
  const headers = { "Content-type": "application/json" };
  const answer = await browser.fetch(`${server}/api/build-request/${hash}`, { headers });
  demandObject(answer.json(), "TypeError: the answer to a request");
  demand([200, 202, 404].includes(answer.status), `shows nothing at status ${answer.status}`);
  return answer.status === 404 ? "made again" : "shown";
}

import { Browser } from "./lib/browser.ts";
import { demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";

/** What the page knows of the device it lies on. */
export interface Device {
  /** Where the page is open. */
  origin: string;
  /** `19.07.4`, `SNAPSHOT` */
  version: string;
  /** Whether other branches than its own may be offered (an option of the app of the winter). */
  advanced?: boolean;
}

/** The releases to choose from, the one that is chosen first. Empty: "The device runs the latest firmware version". */
export type Candidates = readonly string[];

/** The LuCI app of 2020, up to its button "Request Sysupgrade". It knows `snapshot` in small letters. @throws ClientRefuses */
export async function replay(baseUrl: string, { origin, version }: Device): Promise<Candidates> {
  const list = await listAt(`${baseUrl}/api/versions`, origin);
  const installed = version.toLowerCase();
  const candidates: string[] = [];
  for (const each of demandList(list.branches, "TypeError: branches")) {
    const branch = demandObject(each, "TypeError: a branch");
    const name = demandText(branch.name, "the name of a branch");
    const latest = demandText(branch.latest, `the newest of ${name}`);
    demand(latest === latest.toLowerCase(), `offers ${latest} for ever: it compares with small letters`);
    if (installed === "snapshot" && latest === "snapshot") return [latest];
    if (latest === installed) break;
    candidates.unshift(latest);
    if (name === branchOf(installed)) break;
  }
  return candidates;
}

/** The app of the autumn after, which reads a shorter list. @throws ClientRefuses */
export async function replayOfAutumn(baseUrl: string, { origin, version }: Device): Promise<Candidates> {
  const { latest } = await listAt(`${baseUrl}/api/latest`, origin);
  return candidatesOf(latest, version, () => true);
}

/** The app of the winter after, which offers no other branch to beginners. @throws ClientRefuses */
export async function replayOfWinter(baseUrl: string, { origin, version, advanced }: Device): Promise<Candidates> {
  const { latest } = await listAt(`${baseUrl}/json/latest.json`, origin);
  return candidatesOf(latest, version, (branch) => advanced === true || branch === branchOf(version));
}

/** What the button "Request Sysupgrade" posts. In its first year the app doesn't say of which target the device is. */
export function requestFor(version: string, device: { boardName: string; packages: readonly string[] }) {
  return { profile: device.boardName, version, packages: [...device.packages].sort(), diff_packages: true };
}

/** None of them looks at the status. */
async function listAt(url: string, origin: string): Promise<Record<string, unknown>> {
  const answer = await new Browser(origin).fetch(url);
  return demandObject(answer.json(), "the list of versions");
}

function candidatesOf(latest: unknown, installed: string, offers: (branch: string) => boolean): Candidates {
  const candidates: string[] = [];
  // A snapshot is offered itself, whatever there is.
  if (installed === "SNAPSHOT") return [installed];
  for (const each of demandList(latest, "TypeError: latest")) {
    const version = demandText(each, "TypeError: one of the latest");
    if (version === installed) break;
    const branch = branchOf(version);
    if (offers(branch)) candidates.unshift(version);
    if (branch === branchOf(installed)) break;
  }
  return candidates;
}

/** `21.02-SNAPSHOT` and `21.02.0-rc1` are of `21.02`. */
function branchOf(version: string): string {
  return version
    .replace(/-snapshot$/i, "")
    .split(".")
    .slice(0, 2)
    .join(".");
}

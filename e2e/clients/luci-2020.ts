import { Browser, type PageAnswer } from "./lib/browser.ts";
import { demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";

/** What the page knows of the device it lies on. */
export interface Device {
  /** Where the page is open. */
  origin: string;
  /** `19.07.4`, `SNAPSHOT` */
  version: string;
  /** Whether other branches than its own may be offered (the later app's option). */
  advanced?: boolean;
}

/** The releases to choose from, the one that is chosen first. Empty: "The device runs the latest firmware version". */
export type Candidates = readonly string[];

/** The LuCI app of 2020, up to its button "Request Sysupgrade". It knows `snapshot` in small letters. @throws ClientRefuses */
export async function replay(baseUrl: string, device: Device): Promise<Candidates> {
  const answer = await new Browser(device.origin).fetch(`${baseUrl}/api/versions`);
  const { branches } = demandObject(jsonOf(answer), "the list of versions");
  const installed = device.version.toLowerCase();
  const own = branchOf(installed);
  const candidates: string[] = [];
  for (const branch of demandList(branches, "TypeError: branches")) {
    const row = demandObject(branch, "TypeError: a branch");
    const name = demandText(row.name, "the name of a branch");
    const latest = demandText(row.latest, `the newest of ${name}`);
    demand(latest === latest.toLowerCase(), `${latest} is never what is installed: it isn't in small letters`);
    if (installed === "snapshot") {
      if (latest === "snapshot") return [latest];
      continue;
    }
    if (latest === "snapshot") continue;
    if (latest === installed) break;
    candidates.unshift(latest);
    if (name === own) break;
  }
  return candidates;
}

/** The app of the winter after, with the list that came in between. @throws ClientRefuses */
export async function replayLater(baseUrl: string, device: Device): Promise<Candidates> {
  const answer = await new Browser(device.origin).fetch(`${baseUrl}/json/latest.json`);
  const { latest } = demandObject(jsonOf(answer), "the list of versions");
  if (device.version === "SNAPSHOT") return ["SNAPSHOT"];
  const own = branchOf(device.version);
  const candidates: string[] = [];
  for (const each of demandList(latest, "TypeError: latest")) {
    const version = demandText(each, "TypeError: one of the latest");
    if (version === device.version) break;
    if (branchOf(version) !== own && !device.advanced) continue;
    candidates.unshift(version);
    if (branchOf(version) === own) break;
  }
  return candidates;
}

/** The app doesn't look at the status. */
function jsonOf(answer: PageAnswer): unknown {
  return answer.json();
}

/** `21.02-SNAPSHOT` and `21.02.0-rc1` are of `21.02`. */
function branchOf(version: string): string {
  return version
    .replace(/-snapshot$/i, "")
    .split(".")
    .slice(0, 2)
    .join(".");
}

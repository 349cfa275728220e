import { Browser, type PageAnswer } from "./lib/browser.ts";
import { ClientRefuses, demand, demandList, demandObject, demandText } from "./lib/client-refuses.ts";

/** What the page knows of the device it lies on. */
export interface Device {
  /** Where the page is open. */
  origin: string;
  distribution: string;
  version: string;
  revision: string;
  target: string;
  boardName: string;
  model: string;
  installed: Readonly<Record<string, string>>;
  upgradePackages: boolean;
}

export type Shows =
  | { says: "up to date" }
  | { says: "failed"; why: string }
  /** `packages` are those that the firmware would be asked for with. */
  | { says: "upgrade"; version: string | null; upgrades: readonly string[]; packages: readonly string[] };

/** Sentences of the app. */
const FAILURES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  409: "Incompatible package selection. See build log for details",
  412: "Unsupported device, release, target, subtraget or board",
  413: "No firmware created due to image size. Try again with less packages selected.",
  500: "Internal Server Error",
  501: "No sysupgrade file produced, may not supported by model.",
};
/** It asks again after 30 seconds. */
const PASSING: Readonly<Record<number, string>> = { 502: "Server down (for maintenance)", 503: "Server overloaded" };

/**
 * The LuCI app of 2018 and 2019, up to its button "Request firmware": a page on the device that asks a server elsewhere.
 * @throws ClientRefuses
 */
export async function replay(baseUrl: string, device: Device): Promise<Shows> {
  const answer = await new Browser(device.origin).fetch(`${baseUrl}/api/upgrade-check`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      installed: device.installed,
      distro: device.distribution,
      version: device.version,
      revision: device.revision,
      target: device.target,
      board_name: device.boardName,
      board: device.boardName,
      model: device.model,
      upgrade_packages: device.upgradePackages ? "1" : "0",
    }),
  });
  return show(answer);
}

function show(answer: PageAnswer): Shows {
  const { status } = answer;
  if (status === 200) return showUpgrade(answer);
  if (status === 204) return { says: "up to date" };
  if (status === 422) {
    const names = answer.header("X-Unknown-Package");
    demand(names !== null, "Unknown package in request: Unknown");
    return { says: "failed", why: `Unknown package in request: ${names}` };
  }
  const passing = PASSING[status];
  if (passing !== undefined) throw new ClientRefuses(passing);
  const failure = FAILURES[status];
  // Nothing is made of any other, and the page shows nothing but "Searching for upgrades".
  demand(failure !== undefined, `TypeError: response is undefined (status ${status})`);
  return { says: "failed", why: failure };
}

function showUpgrade(answer: PageAnswer): Shows {
  const { version, upgrades = {}, packages } = demandObject(answer.json(), "TypeError: what came");
  if (version !== undefined) demandText(version, "the version of the new release");
  const lines = Object.entries(demandObject(upgrades, "upgrades"))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, versions]) => {
      const [offered, installed] = demandList(versions, `TypeError: the upgrade of ${name}`);
      demandText(offered, `the new version of ${name}`);
      demandText(installed, `the installed version of ${name}`);
      return `${name}: ${installed} to ${offered}`;
    });
  // Without them the firmware is asked for without packages, and those that are installed are lost.
  const names = demandList(packages, "the package set").map((name) => demandText(name, "a package of the set"));
  return { says: "upgrade", version: (version as string | undefined) ?? null, upgrades: lines, packages: names };
}

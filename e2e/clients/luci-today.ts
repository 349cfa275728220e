import { Browser, type PageAnswer } from "./lib/browser.ts";
import { demand, demandObject } from "./lib/client-refuses.ts";
import { type Candidate, candidatesOf, demandNoBuild, type LuciDevice, luciGet, revisionCount } from "./lib/luci.ts";

/** Where apps of different years ask what is newest. The last one is where the others end. */
export type OverviewPath = "/api/overview" | "/api/v1/overview" | "/json/v1/overview.json";

export interface LuciOffer {
  /** Empty: "No upgrade available". */
  candidates: Candidate[];
  /** What it would post then. */
  request: Record<string, unknown> | null;
}

const NOBODYS_BUILD = "0".repeat(64);

/**
 * LuCI's app since August 2021, in a browser on the device's own page (so the server is another host), up to its build
 * request. @throws ClientRefuses for what the page shows as an error, and for what leaves it searching for ever
 */
export async function replay(
  baseUrl: string,
  device: LuciDevice,
  overview: OverviewPath = "/api/overview",
): Promise<LuciOffer> {
  const browser = new Browser("http://192.168.1.1");
  const isSnapshot = device.version.endsWith("SNAPSHOT");
  const path = isSnapshot ? `/api/v1/revision/${device.version}/${device.target}` : overview;
  const answer = await luciGet(browser, baseUrl + path);
  demand(
    answer.status >= 200 && answer.status <= 299,
    `Could not reach API: ${path} is answered with ${answer.status}`,
  );
  const offered: Candidate[] = isSnapshot
    ? newerRevision(answer, device)
    : candidatesOf(answer, device).map((version) => [version, null]);
  const running: Candidate[] = device.advancedMode ? [[device.version, device.revision]] : [];
  const candidates = [...running, ...offered];
  await demandNoBuild(browser, `${baseUrl}/api/v1/build/${NOBODYS_BUILD}`, {});
  const [first] = candidates;
  return { candidates, request: first ? requestFor(first[0], device) : null };
}

function newerRevision(answer: PageAnswer, { version, revision }: LuciDevice): Candidate[] {
  const { revision: remote } = demandObject(answer.json(), "the revision");
  return revisionCount(revision) < revisionCount(remote) ? [[version, String(remote)]] : [];
}

function requestFor(version: string, { boardName, target, packages }: LuciDevice): Record<string, unknown> {
  return {
    client: "luci/git-26.003.12345-abcdef0",
    packages: [...packages].sort(),
    profile: boardName,
    target,
    version,
    diff_packages: true,
    filesystem: "squashfs",
  };
}

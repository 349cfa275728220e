import { Browser } from "./lib/browser.ts";
import { candidatesOf, demandNoBuild, type LuciDevice, luciGet } from "./lib/luci.ts";
import { type LuciOffer, replay as replayToday } from "./luci-today.ts";

/** Two apps of one year: the second asks in the way of today's. */
export type App = "spring" | "autumn";

const NOBODYS_BUILD = "0123456789ab";

/**
 * LuCI's app of 2021, in a browser on the device's own page, up to its build request. @throws ClientRefuses for what the
 * page shows as an error or stops at
 */
export async function replay(baseUrl: string, device: LuciDevice, app: App): Promise<LuciOffer> {
  if (app === "autumn") {
    const { candidates, request } = await replayToday(baseUrl, device, "/api/overview");
    return { candidates, request: request && requestFor(String(request.version), device) };
  }
  const browser = new Browser("http://192.168.1.1");
  const answer = await luciGet(browser, `${baseUrl}/json/latest.json`);
  // It looks at no status: whatever has `latest` will do.
  const versions = device.version === "SNAPSHOT" ? ["SNAPSHOT"] : candidatesOf(answer, device);
  await demandNoBuild(browser, `${baseUrl}/api/build/${NOBODYS_BUILD}`);
  const [version] = versions;
  return {
    candidates: versions.map((name) => [name, null]),
    request: version === undefined ? null : requestFor(version, device),
  };
}

function requestFor(version: string, { target, boardName, packages }: LuciDevice): Record<string, unknown> {
  return { profile: boardName, target, version, packages: [...packages].sort(), diff_packages: true };
}

import { type AucShows, readCheck } from "./lib/old-auc.ts";
import { Uclient } from "./lib/uclient.ts";

/** What `ubus call system board` and `ubus call rpc-sys packagelist` say on the device. */
export interface Device {
  distribution: string;
  version: string;
  /** 0.1.4 says it too: `r10000-abcdef0123`. */
  revision?: string;
  target: string;
  packages: Readonly<Record<string, string>>;
  upgradePackages: boolean;
}

/**
 * `auc -c` of 2019, 0.1.3 and 0.1.4: the target in one, what is installed as `installed`, and `text/json` still.
 * @param baseUrl what `uci get attendedsysupgrade.server.url` says
 * @throws ClientRefuses
 */
export async function replay(baseUrl: string, device: Device): Promise<AucShows> {
  const { distribution: distro, target, version, revision, packages: installed } = device;
  const userAgent = `auc (${revision === undefined ? "0.1.3" : "0.1.4"})`;
  const client = new Uclient({ userAgent, contentType: "text/json" });
  const upgrade_packages = device.upgradePackages ? 1 : 0;
  const asked = { distro, target, version, revision, installed, upgrade_packages };
  return readCheck(await client.post(`${baseUrl}/api/upgrade-check`, asked));
}

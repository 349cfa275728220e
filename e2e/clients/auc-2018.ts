import { type AucShows, readCheck } from "./lib/old-auc.ts";
import { Uclient } from "./lib/uclient.ts";

/** What `ubus call system board` and `ubus call rpc-sys packagelist` say on the device. */
export interface Device {
  distribution: string;
  version: string;
  /** `ar71xx/generic` */
  target: string;
  packages: Readonly<Record<string, string>>;
  upgradePackages: boolean;
}

/**
 * `auc -c` of 2018, up to 0.0.9: target and subtarget apart, what is installed as `packages`, and `text/json`.
 * @param baseUrl what `uci get attendedsysupgrade.server.url` says
 * @throws ClientRefuses
 */
export async function replay(baseUrl: string, device: Device): Promise<AucShows> {
  const client = new Uclient({ userAgent: "auc (0.0.9)", contentType: "text/json" });
  const [target, subtarget] = device.target.split("/");
  const answer = await client.post(`${baseUrl}/api/upgrade-check`, {
    distro: device.distribution,
    target,
    subtarget,
    version: device.version,
    packages: device.packages,
    upgrade_packages: device.upgradePackages ? 1 : 0,
  });
  return readCheck(answer);
}

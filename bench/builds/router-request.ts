import type { MirrorServer } from "@pawl/testkit";

/** A request as wrk's script reads it, from variables of its environment. */
export type RouterRequest = Readonly<Record<`BENCH_${"VERSION" | "TARGET" | "PROFILE" | "PACKAGES"}`, string>>;

const VERSION = "24.10.5";
const TARGET = "ath79/generic";
const PROFILE = "tplink_archer-c7-v2";
const COUNT = 40;
/** What somebody who has a web interface installs besides; so many of them as there is room for. */
const BESIDES = [
  ..."luci luci-ssl luci-app-attendedsysupgrade luci-app-sqm luci-app-ddns luci-i18n-base-de sqm-scripts".split(" "),
  ..."ddns-scripts htop nano tmux curl vnstat2 luci-app-vnstat2 luci-proto-wireguard rsync socat screen".split(" "),
];

/** All 40 packages of a router in the miniature: what its device comes with, a web interface and some more. */
export async function routerRequest(mirror: Pick<MirrorServer, "url">): Promise<RouterRequest> {
  const response = await fetch(`${mirror.url}/releases/${VERSION}/targets/${TARGET}/profiles.json`);
  const { default_packages, profiles } = (await response.json()) as {
    default_packages: string[];
    profiles: Record<string, { device_packages: string[] }>;
  };
  const own = [...default_packages, ...(profiles[PROFILE]?.device_packages ?? [])];
  const packages = [...new Set([...own, ...BESIDES])].slice(0, COUNT);
  if (packages.length !== COUNT) throw new Error(`${COUNT} packages are wanted, and these are ${packages.length}`);
  return {
    BENCH_VERSION: VERSION,
    BENCH_TARGET: TARGET,
    BENCH_PROFILE: PROFILE,
    BENCH_PACKAGES: packages.map((name) => JSON.stringify(name)).join(","),
  };
}

/** The body that the script makes of it. */
export function bodyOf(request: RouterRequest): object {
  return {
    distro: "openwrt",
    version: request.BENCH_VERSION,
    target: request.BENCH_TARGET,
    profile: request.BENCH_PROFILE,
    packages: JSON.parse(`[${request.BENCH_PACKAGES}]`),
    diff_packages: true,
    client: "bench/1.0",
  };
}

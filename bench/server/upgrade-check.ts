import { readFile } from "node:fs/promises";
import type { Baseline } from "../baseline/baseline.ts";
import { requestsPerSecond } from "../wrk.ts";
import type { BenchServer } from "./bench-server.ts";
import { type Check, checkLoad, DIALECTS, untilAnswered } from "./check-load.ts";
import { inTurns } from "./in-turns.ts";

/**
 * 40 packages of a router with a web interface, in the miniature's 21.02.7. Ten of them are called otherwise in 25.12, are
 * part of another package, or are gone.
 */
const CHECK: Check = {
  version: "21.02.7",
  target: "ath79/generic",
  installed: {
    auc: "0.1.9-1",
    "base-files": "1052-r16847-361ab2d997",
    busybox: "1.33.2-5",
    "ca-bundle": "20210119-1",
    "ddns-scripts": "2.8.2-17",
    dnsmasq: "2.85-8",
    dropbear: "2020.81-2",
    firewall: "2021-03-23-61db17ed-1",
    fstools: "2021-01-04-c53b1882-2",
    htop: "3.0.5-2",
    iptables: "1.8.7-1",
    "kmod-ath9k": "5.4.238-1",
    "kmod-gpio-button-hotplug": "5.4.238-1",
    libgcc1: "8.4.0-3",
    "libustream-wolfssl20201210": "2022-12-07-868fd884-2",
    logd: "2020-10-25-9ef88681-2",
    "luci-app-diag-core": "git-21.077.41823-03bce90",
    "luci-app-opkg": "git-21.077.41823-03bce90",
    "luci-app-upnp": "git-21.077.41823-03bce90",
    "luci-i18n-opkg-de": "git-21.077.41823-03bce90",
    "luci-lib-base": "git-21.077.41823-03bce90",
    "luci-proto-ipv6": "git-21.077.41823-03bce90",
    miniupnpd: "2.2.1-5",
    mtd: "26",
    netifd: "2021-10-30-8f82742c-1",
    odhcp6c: "2021-01-09-64e1b4e7-16",
    "odhcpd-ipv6only": "2021-07-18-bc9d317f-3",
    "openwrt-keyring": "2021-02-20-49283916-2",
    opkg: "2021-06-13-1bf042dd-1",
    ppp: "2.4.8.git-2020-10-03-4",
    "ppp-mod-pppoe": "2.4.8.git-2020-10-03-4",
    procd: "2021-03-08-2cfc26f8-1",
    "px5g-wolfssl": "9",
    swconfig: "12",
    "uboot-envtools": "2020.04-3",
    uci: "2020-10-06-52bbc99f-5",
    "uclient-fetch": "2021-05-14-6a6011df-1",
    urngd: "2020-01-21-c7f7b6b6-1",
    vnstat: "1.18-2",
    "wpad-basic-wolfssl": "2020-06-08-5a8b3662-40",
  },
};
const CHANGED = new Set(["rename", "merge", "split", "drop"]);

export interface UpgradeCheckRates {
  v2: number;
  "asu-v0": number;
  /** The baseline's POST of a build with as many packages; null where it isn't installed. */
  baseline: number | null;
}

/** Upgrade checks a second, in our own API and in the first generation's dialect, against the baseline's POST. */
export async function benchUpgradeCheck(server: BenchServer, baseline: Baseline | null): Promise<UpgradeCheckRates> {
  await proveIt(server);
  const own = await checkLoad(server.url, DIALECTS.v2, [CHECK]);
  const old = await checkLoad(server.url, DIALECTS["asu-v0"], [CHECK]);
  const ours = { v2: () => requestsPerSecond(own), "asu-v0": () => requestsPerSecond(old) };
  if (!baseline) return { ...(await inTurns(ours)), baseline: null };
  const script = await readFile(new URL("../baseline/build.lua", import.meta.url), "utf8");
  const post = { url: `${baseline.url}/api/v1/build`, script, status: 200 };
  return inTurns({ ...ours, baseline: () => requestsPerSecond(post) });
}

/** What is measured is what it is said to be. */
async function proveIt({ url }: BenchServer): Promise<void> {
  const { path, body } = DIALECTS.v2;
  const answer = (await untilAnswered(`${url}${path}`, JSON.stringify(body(CHECK)))) as {
    new_release: boolean;
    changes: { kind: string }[];
  };
  const count = Object.keys(CHECK.installed).length;
  const changed = answer.changes.filter(({ kind }) => CHANGED.has(kind)).length;
  if (count === 40 && answer.new_release && changed >= 10) return;
  throw new Error(`the check is of ${count} packages, ${changed} of them changed: ${JSON.stringify(answer)}`);
}

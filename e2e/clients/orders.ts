import * as auc2018 from "./auc-2018-image.ts";
import * as auc2019 from "./auc-2019-image.ts";
import * as auc from "./auc-2024.ts";
import * as chef from "./chef.ts";
import * as selector from "./firmware-selector.ts";
import { demand } from "./lib/client-refuses.ts";
import { installedFrom } from "./lib/device-packages.ts";
import type { LuciDevice } from "./lib/luci.ts";
import * as luci2018 from "./luci-2018-image.ts";
import * as luci2020 from "./luci-2020.ts";
import * as luci2021 from "./luci-2021.ts";
import * as luciToday from "./luci-today.ts";
import * as owut from "./owut.ts";

type Request = Record<string, unknown>;

/** Where clients ask. */
export interface Place {
  /** The server, without a slash at the end. */
  url: string;
  /** The distribution's own files, which the firmware selector reads: the miniature mirror. */
  imageUrl: string;
}

/* A device for each client, and what its owner is offered for it: the read half, up to a request. */

const ARCHER = { target: "ath79/generic", profile: "tplink_archer-c7-v2" };
const ARCHER_ON_24_10_4 = {
  ...ARCHER,
  boardName: "tplink,archer-c7-v2",
  version: "24.10.4",
  revision: "r28959-29397011cc",
};

export async function orderByAuc({ url }: Place): Promise<auc.AucOffer["request"]> {
  const packages = await installedFrom({ ...ARCHER, url, path: "releases/24.10.4", more: ["luci", "htop"] });
  const { request, isNewer } = await auc.replay(url, { ...ARCHER_ON_24_10_4, packages });
  demand(isNewer, "nothing is newer");
  return request;
}

export async function orderByOwut({ url }: Place) {
  const [target, profile] = ["x86/64", "generic"];
  const packages = await installedFrom({ url, path: "releases/25.12.0", target, profile, more: ["owut"] });
  const device = {
    target,
    boardName: "qemu-standard-pc",
    version: "25.12.0",
    revision: "r32713-0123456789",
    rootfsType: "squashfs",
    efi: true,
    packages,
    topLevel: Object.keys(packages),
  };
  return { device, ...(await owut.replay(url, device)) };
}

export async function orderByLuciToday({ url }: Place): Promise<Request> {
  const [target, profile] = ["mediatek/filogic", "glinet_gl-mt6000"];
  const packages = await installedFrom({ url, path: "snapshots", target, profile, more: ["luci"] });
  const device: LuciDevice = {
    version: "SNAPSHOT",
    revision: "r34000-0123456789",
    target,
    boardName: "glinet,gl-mt6000",
    packages: Object.keys(packages),
  };
  return offered((await luciToday.replay(url, device)).request);
}

/** What pages of 2020 and later want: the same image. */
const OF_PAGES = { version: "24.10.5", packages: ["luci", "tcpdump"] };

export async function orderBySelector({ url, imageUrl }: Place): Promise<Request> {
  const title = "TP-Link Archer C7 v2";
  const { request } = await selector.replay(url, { imageUrl, version: OF_PAGES.version, title });
  return { ...request, packages: [...(request.packages as string[]), ...OF_PAGES.packages] };
}

/** The packages of the selector's page, as if they were installed. */
async function archerOfPages(place: Place) {
  const { packages } = await orderBySelector(place);
  return { ...ARCHER_ON_24_10_4, packages: packages as string[] };
}

export async function orderByLuci2020(place: Place): Promise<Request> {
  const device = await archerOfPages(place);
  const candidates = await luci2020.replay(place.url, { origin: "http://192.168.1.1", version: device.version });
  demand(candidates.includes(OF_PAGES.version), `${OF_PAGES.version} isn't offered`);
  return luci2020.requestFor(OF_PAGES.version, device);
}

export async function orderByLuci2021(place: Place, app: luci2021.App): Promise<Request> {
  return offered((await luci2021.replay(place.url, await archerOfPages(place), app)).request);
}

function offered(request: Request | null): Request {
  demand(request !== null, "nothing is offered");
  return request;
}

/* Devices of 2018 and 2019. */

const WDR4300 = {
  distribution: "OpenWrt",
  target: "ar71xx/generic",
  boardName: "tl-wdr4300",
  upgradePackages: true,
};
const WDR4300_SINCE_2019 = { ...WDR4300, target: "ath79/generic", boardName: "tplink,tl-wdr4300-v1" };
/** What its owner has installed. */
const MORE = ["luci", "tcpdump"];
/** What is called otherwise on a device of 2018. */
const NAMES_OF_2018: Readonly<Record<string, string>> = {
  "apk-mbedtls": "opkg",
  firewall4: "firewall",
  "wpad-basic-mbedtls": "wpad-mini",
};

/** Its packages by the names of today, which are all that auc can get: it asks for what is installed as that is called. */
async function installedOnWdr4300({ url }: Place): Promise<Record<string, string>> {
  const query = "distro=openwrt&version=25.12.1&target=ath79/generic&profile=tplink_tl-wdr4300-v1";
  const answer = await fetch(`${url}/api/packages_image?${query}`, { signal: AbortSignal.timeout(15_000) });
  demand(answer.ok, `what is in the image at first is answered with ${answer.status}`);
  const names = (await answer.json()) as string[];
  return Object.fromEntries([...names, ...MORE].map((name) => [name, "1"]));
}

export async function orderByAuc2018(place: Place) {
  const packages = await installedOnWdr4300(place);
  return auc2018.order(place.url, { ...WDR4300, version: "18.06.1", packages });
}

export async function orderByAuc2019(place: Place) {
  const device = { ...WDR4300_SINCE_2019, version: "19.07.7", revision: "r11306-c4a6851c72" };
  return auc2019.order(place.url, { ...device, packages: await installedOnWdr4300(place) });
}

/** It asks for what the check has made of its packages. */
export async function orderByLuci2018(place: Place): Promise<Request> {
  const packages = Object.entries(await installedOnWdr4300(place));
  return luci2018.order(place.url, {
    ...WDR4300,
    origin: "http://192.168.1.1",
    version: "18.06.1",
    revision: "r7258-5eb055306f",
    model: "TP-Link TL-WDR4300 v1",
    installed: Object.fromEntries(packages.map(([name, version]) => [NAMES_OF_2018[name] ?? name, version])),
  });
}

/** What is typed into the page, and the device that is found with it. */
export async function orderByChef({ url }: Place): Promise<Request> {
  const distribution = "openwrt";
  const visit = { origin: "http://chef.example", distribution, search: "WDR4300", requestHash: "0b21343349d6" };
  const { version, devices, packages } = await chef.replay(url, visit);
  const [target = "", subtarget = "", profile = ""] = devices[0]?.value.split("/") ?? [];
  return {
    distro: distribution,
    version,
    target: `${target}/${subtarget}`,
    board: profile,
    profile,
    defaults: "",
    packages: [...packages, ...MORE],
  };
}

import { takeImage as takeByAuc2018 } from "./auc-2018-image.ts";
import { takeImage as takeByAuc2019 } from "./auc-2019-image.ts";
import { takeImage as takeByAuc } from "./auc-2024-image.ts";
import { takeImage as takeByChef } from "./chef-image.ts";
import { takeImage as takeBySelector } from "./firmware-selector-image.ts";
import type { OldAucRequest } from "./lib/old-auc-image.ts";
import type { Patience, TakenImage } from "./lib/taking.ts";
import { takeImage as takeByLuci2018 } from "./luci-2018-image.ts";
import { LUCI_APPS, type LuciApp, takeImage as takeByLuci } from "./luci-image.ts";
import {
  orderByAuc,
  orderByAuc2018,
  orderByAuc2019,
  orderByChef,
  orderByLuci2018,
  orderByLuci2020,
  orderByLuci2021,
  orderByLuciToday,
  orderByOwut,
  orderBySelector,
  type Place,
} from "./orders.ts";
import { takeImage as takeByOwut } from "./owut-image.ts";

/** Of the generation that `/api/upgrade-request` and `/api/build-request` are for. */
export type FirstClient = "auc of 2018" | "auc of 2019" | "LuCI of 2018" | "Chef" | "the other Chef";
export type Client = FirstClient | "auc" | "owut" | `LuCI of ${keyof typeof LUCI_APPS}` | "the firmware selector";

type Request = Record<string, unknown>;
type Take = (baseUrl: string, request: Request, patience?: Patience) => Promise<TakenImage>;

const luci =
  (app: LuciApp): Take =>
  (baseUrl, request, patience) =>
    takeByLuci(baseUrl, app, { request }, patience);

/** The same wish as the first generation says it. */
export function inWordsOf2019({ version, target, profile, packages }: Request): OldAucRequest {
  const board = String(profile);
  return { distro: "openwrt", version: String(version), target: String(target), board, packages: packages as string[] };
}

export function inWordsOf2018(request: Request): OldAucRequest {
  const words = inWordsOf2019(request);
  const [target = "", subtarget = ""] = words.target.split("/");
  return { ...words, target, subtarget };
}

/**
 * Everyone who asks for an image, of what `/api/v1/build` is asked; for a device that runs from a squashfs. The first generation is
 * told version, target, profile and packages, and says them in its own words.
 */
export const EVERY_CLIENT: Readonly<Record<Client, Take>> = {
  "auc of 2018": (baseUrl, request, patience) => takeByAuc2018(baseUrl, inWordsOf2018(request), patience),
  "auc of 2019": (baseUrl, request, patience) => takeByAuc2019(baseUrl, inWordsOf2019(request), patience),
  "LuCI of 2018": (baseUrl, request, patience) => takeByLuci2018(baseUrl, inWordsOf2019(request), patience),
  Chef: (baseUrl, request, patience) => takeByChef(baseUrl, inWordsOf2019(request), patience),
  "the other Chef": (baseUrl, request, patience) =>
    takeByChef(baseUrl, inWordsOf2019(request), { ...patience, chef: "the row" }),
  auc: (baseUrl, request, patience) => takeByAuc(baseUrl, request, {}, patience),
  owut: (baseUrl, request, patience) =>
    takeByOwut(baseUrl, { request, device: { target: String(request.target), rootfsType: "squashfs" } }, patience),
  "LuCI of summer 2020": luci(LUCI_APPS["summer 2020"]),
  "LuCI of autumn 2020": luci(LUCI_APPS["autumn 2020"]),
  "LuCI of spring 2021": luci(LUCI_APPS["spring 2021"]),
  "LuCI of autumn 2021": luci(LUCI_APPS["autumn 2021"]),
  "LuCI of today": luci(LUCI_APPS.today),
  "the firmware selector": takeBySelector,
};

type Upgrade = (place: Place, patience?: Patience) => Promise<TakenImage>;

const byPage =
  (order: (place: Place) => Promise<Request>, app: LuciApp): Upgrade =>
  async (place, patience) =>
    takeByLuci(place.url, app, { request: await order(place) }, patience);

/** Each client whole, on a device of its own: what is newer, the request, the queue, and the image in its hands. */
export const EVERY_UPGRADE: Readonly<Record<Client, Upgrade>> = {
  "auc of 2018": async (place, patience) => takeByAuc2018(place.url, await orderByAuc2018(place), patience),
  "auc of 2019": async (place, patience) => takeByAuc2019(place.url, await orderByAuc2019(place), patience),
  "LuCI of 2018": async (place, patience) => takeByLuci2018(place.url, await orderByLuci2018(place), patience),
  Chef: async (place, patience) => takeByChef(place.url, await orderByChef(place), patience),
  "the other Chef": async (place, patience) =>
    takeByChef(place.url, await orderByChef(place), { ...patience, chef: "the row" }),
  auc: async (place, patience) => takeByAuc(place.url, await orderByAuc(place), {}, patience),
  owut: async (place, patience) => takeByOwut(place.url, await orderByOwut(place), patience),
  "LuCI of summer 2020": byPage(orderByLuci2020, LUCI_APPS["summer 2020"]),
  "LuCI of autumn 2020": byPage(orderByLuci2020, LUCI_APPS["autumn 2020"]),
  "LuCI of spring 2021": byPage((place) => orderByLuci2021(place, "spring"), LUCI_APPS["spring 2021"]),
  "LuCI of autumn 2021": byPage((place) => orderByLuci2021(place, "autumn"), LUCI_APPS["autumn 2021"]),
  "LuCI of today": byPage(orderByLuciToday, LUCI_APPS.today),
  "the firmware selector": async (place, patience) => takeBySelector(place.url, await orderBySelector(place), patience),
};

/**
 * All of them at once, against any server over the miniature mirror: six builds are made for the thirteen of them, which a busy
 * machine may take minutes for.
 * @throws AggregateError with a sentence for each client that ended without its image
 */
export async function upgradeByEveryClient(
  place: Place,
  patience: Patience = { pause: 500, polls: 1_000 },
): Promise<ReadonlyMap<Client, TakenImage>> {
  const clients = Object.keys(EVERY_UPGRADE) as Client[];
  const ended = await Promise.allSettled(clients.map((client) => EVERY_UPGRADE[client](place, patience)));
  const taken = new Map<Client, TakenImage>();
  const failed: Error[] = [];
  for (const [index, end] of ended.entries()) {
    const client = clients[index];
    if (client === undefined) continue;
    if (end.status === "fulfilled") taken.set(client, end.value);
    else failed.push(new Error(`${client}: ${end.reason}`, { cause: end.reason }));
  }
  if (failed.length > 0) throw new AggregateError(failed, failed.map(({ message }) => message).join("\n"));
  return taken;
}

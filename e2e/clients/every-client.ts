import { takeImage as takeByAuc } from "./auc-2024-image.ts";
import { takeImage as takeBySelector } from "./firmware-selector-image.ts";
import type { Patience, TakenImage } from "./lib/taking.ts";
import { LUCI_APPS, type LuciApp, takeImage as takeByLuci } from "./luci-image.ts";
import { takeImage as takeByOwut } from "./owut-image.ts";

export type Client = "auc" | "owut" | `LuCI of ${keyof typeof LUCI_APPS}` | "the firmware selector";

type Request = Record<string, unknown>;
type Take = (baseUrl: string, request: Request, patience?: Patience) => Promise<TakenImage>;

const luci =
  (app: LuciApp): Take =>
  (baseUrl, request, patience) =>
    takeByLuci(baseUrl, app, { request }, patience);

/** Everyone who asks for images of `/api/v1/build` or `/api/build`, for a device that runs from a squashfs. */
export const EVERY_CLIENT: Readonly<Record<Client, Take>> = {
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

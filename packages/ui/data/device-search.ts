import type { ServerSchemas } from "./server.ts";

type Model = ServerSchemas["Model"];
type Title = ServerSchemas["Title"];

/** One device as somebody looks for it. A profile that stands for several devices is several. */
export interface FoundDevice {
  target: string;
  profile: string;
  vendor: string;
  model: string;
  variant: string;
  /** Two devices are called the same: their targets tell them apart. */
  isAmbiguous: boolean;
}

const MOST_DEVICES = 40;

/** The devices of models, in the order of the models; of a model's several names those that fit what was typed. */
export function foundDevices(models: readonly Model[], query: string): FoundDevice[] {
  const words = wordsOf(query);
  const devices = models.flatMap((model) => {
    const fitting = model.titles.filter((title) => fits(title, words));
    const titles = fitting.length > 0 ? fitting : model.titles.slice(0, 1);
    return (titles.length > 0 ? titles : [{}]).map((title) => deviceOf(model, title));
  });
  const counts = new Map<string, Set<string>>();
  for (const device of devices) {
    const name = deviceName(device);
    counts.set(name, (counts.get(name) ?? new Set()).add(`${device.target} ${device.profile}`));
  }
  return devices
    .map((device) => ({ ...device, isAmbiguous: (counts.get(deviceName(device))?.size ?? 0) > 1 }))
    .slice(0, MOST_DEVICES);
}

/** `TP-Link Archer C7 v2` */
export const deviceName = ({ vendor, model, variant }: Pick<FoundDevice, "vendor" | "model" | "variant">) =>
  [vendor, model, variant].filter((part) => part !== "").join(" ");

/** What a profile calls its device; several names where it stands for several. */
export function deviceNames({ name, titles }: { name: string; titles: readonly Title[] }): string[] {
  const names = titles.map((title) => deviceName(partsOf(title))).filter((each) => each !== "");
  return names.length > 0 ? [...new Set(names)] : [name];
}

function deviceOf({ target, profile }: Model, title: Title): Omit<FoundDevice, "isAmbiguous"> {
  const parts = partsOf(title);
  return { target, profile, ...parts, model: deviceName(parts) === "" ? profile : parts.model };
}

function partsOf({ vendor = "", model, variant = "", title = "" }: Title) {
  return { vendor, model: model ?? title, variant };
}

function fits(title: Title, words: readonly string[]): boolean {
  const text = wordsOf(deviceName(partsOf(title))).join(" ");
  const pieces = text.replaceAll(" ", "");
  return words.every((word) => text.includes(word) || pieces.includes(word));
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

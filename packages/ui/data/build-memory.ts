import type { ImageChoices } from "./image-choices.ts";

/** What of a browser's storage is used; null where it has none, or its owner forbids it. */
export type Keep = Pick<Storage, "getItem" | "setItem"> | null;

const KEY = "pawl-builds";
/** Of devices, and of builds for each: somebody with more routers than that doesn't build by hand. */
const MOST = { devices: 20, builds: 5 };

type Device = Pick<ImageChoices, "distribution" | "target" | "profile">;
/** Ids only, the newest first, by device. */
type Memory = readonly (readonly [device: string, ids: readonly string[]])[];

/** Builds that this browser has asked for, for one device, the newest first. */
export function buildsFor(device: Device, keep: Keep): readonly string[] {
  return read(keep).find(([each]) => each === keyOf(device))?.[1] ?? [];
}

/** The newest build of each device that this browser has asked for, the newest first. */
export const latestBuilds = (keep: Keep) => read(keep).flatMap(([, ids]) => ids.slice(0, 1));

/** Writes down that it was asked for. */
export function rememberBuild(device: Device, id: string, keep: Keep): void {
  const key = keyOf(device);
  const ids = [id, ...buildsFor(device, keep).filter((each) => each !== id)].slice(0, MOST.builds);
  write(keep, [[key, ids], ...read(keep).filter(([each]) => each !== key)]);
}

/** For one that the server doesn't have any more. */
export function forgetBuild(id: string, keep: Keep): void {
  const rest = read(keep).map(([device, ids]) => [device, ids.filter((each) => each !== id)] as const);
  write(
    keep,
    rest.filter(([, ids]) => ids.length > 0),
  );
}

const keyOf = ({ distribution, target, profile }: Device) => [distribution, target, profile].join(" ");

function read(keep: Keep): Memory {
  try {
    const kept: unknown = JSON.parse(keep?.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  } catch {
    // Another page of this address may have written anything there.
    return [];
  }
}

function isEntry(entry: unknown): entry is Memory[number] {
  if (!Array.isArray(entry)) return false;
  const [device, ids] = entry;
  return typeof device === "string" && Array.isArray(ids) && ids.every((id) => typeof id === "string");
}

function write(keep: Keep, memory: Memory): void {
  try {
    keep?.setItem(KEY, JSON.stringify(memory.slice(0, MOST.devices)));
  } catch {
    // Full, or private: then nothing is compared the next time.
  }
}

const secretKey = (id: string) => `pawl-secret ${id}`;

/** What takes a request back, for as long as the tab is open. */
export function rememberSecret(id: string, secret: string, keep: Keep): void {
  try {
    keep?.setItem(secretKey(id), secret);
  } catch {
    // Then it can't be taken back after a reload.
  }
}

export const secretOf = (id: string, keep: Keep) => keep?.getItem(secretKey(id)) ?? null;

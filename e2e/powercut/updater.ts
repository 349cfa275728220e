import { type AppOptions, createApp, createApplier, type Overrides } from "@pawl/device/compose";
import { hastyClock } from "./hasty-clock.ts";
import { APP, configOf, type LayoutName, type Place } from "./place.ts";
import { programs } from "./programs.ts";

/** A device and how it is kept up to date. */
export interface Device {
  place: Place;
  layout: LayoutName;
  releases: string;
  /** The version that doesn't work when it is started. */
  broken: string | null;
}

export type App = Awaited<ReturnType<typeof createApp>>;
export type Applier = Awaited<ReturnType<typeof createApplier>>;

/** Root's side of the device, in this process. */
export function applierOf(device: Device, overrides: Overrides = {}): Promise<Applier> {
  const { place, layout, releases } = device;
  return createApplier(configOf(place, layout, releases), APP, {
    clock: hastyClock,
    run: programs(device),
    ...overrides,
  });
}

/** The other side, which runs root's side in this process too, unless `startApplier` says otherwise. */
export async function appOf(
  device: Device,
  { startApplier, shutdown = new AbortController().signal }: Partial<AppOptions> = {},
): Promise<App> {
  return createApp({
    config: configOf(device.place, device.layout, device.releases),
    name: APP,
    startApplier: startApplier ?? ((_, { id }) => applyHere(device, id)),
    onFault: (error) => {
      throw error;
    },
    shutdown,
    overrides: { clock: hastyClock, run: programs(device) },
  });
}

function applyHere(device: Device, updateId: string): ReturnType<AppOptions["startApplier"]> {
  let end: { code: number; words: string } | null = null;
  applierOf(device)
    .then((applier) => applier.apply(updateId, new AbortController().signal))
    .then(
      () => {
        end = { code: 0, words: "" };
      },
      (error) => {
        end = { code: 1, words: String(error) };
      },
    );
  return { ended: () => end };
}

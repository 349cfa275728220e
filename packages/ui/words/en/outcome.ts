import type { DeviceSchemas } from "../../data/device.ts";

export const outcome = {
  install: (from: string, to: string) => `${from} → ${to}`,
  first: (to: string) => `${to}, the first one`,
  rollback: (from: string, to: string) => `Back from ${from} to ${to}`,
  adopt: (to: string) => `${to} was here already`,
  unknown: "unknown",
  results: {
    success: "Worked",
    failed: "Failed",
    rolled_back: "Didn't work, went back",
    undone: "Interrupted, undone",
    cancelled: "Cancelled",
  } satisfies Record<DeviceSchemas["UpdateResult"], string> as Readonly<Record<DeviceSchemas["UpdateResult"], string>>,
  adopted: "Taken over",
};
export type OutcomeWords = typeof outcome;

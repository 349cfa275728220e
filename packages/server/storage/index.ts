import { openLocalStore } from "./local/index.ts";

/** Every kind of store, by the name it gives itself. */
export const STORES = {
  local: openLocalStore,
} as const;

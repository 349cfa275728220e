import { join } from "node:path";
import type { Logger } from "pino";
import type { ServerConfig } from "../config/schema.ts";
import { openLocalStore } from "./local/index.ts";
import { openS3Store } from "./s3/index.ts";
import type { Store } from "./types.ts";

/** Every kind of store, by the name it gives itself. */
export const STORES = {
  local: openLocalStore,
  s3: openS3Store,
} as const;

export interface OpenStoreOptions {
  log: Logger;
  /** Ends the opening. */
  signal: AbortSignal;
}

/**
 * The store that the configuration names. One of the S3 protocol needn't answer yet: it is told in the log if it doesn't.
 * @throws ServerError store_failed for a folder that can't be used, config_invalid for a store that nobody could use
 */
export function openStore(
  { store, store_dir, state_dir }: Pick<ServerConfig, "store" | "store_dir" | "state_dir">,
  { log, signal }: OpenStoreOptions,
): Promise<Store> {
  if (store.s3 !== null) return STORES.s3({ config: store.s3, log, signal });
  return STORES.local({ dir: store_dir ?? join(state_dir, "store"), log, signal });
}

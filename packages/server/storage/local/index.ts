import { mkdir, realpath } from "node:fs/promises";
import type { Logger } from "pino";
import { ServerError } from "../../error.ts";
import type { Store } from "../types.ts";
import { clearLeftOvers } from "./left-over.ts";
import { LocalStore } from "./local-store.ts";
import { Places } from "./places.ts";

export interface LocalStoreOptions {
  /** Made where it isn't there. */
  dir: string;
  log: Logger;
  signal?: AbortSignal;
}

/**
 * A folder on this machine. Several processes may have it open at once. What puts that died have left is removed.
 * @throws ServerError store_failed
 */
export async function openLocalStore({ dir, log, signal }: LocalStoreOptions): Promise<Store> {
  try {
    // First-boot scripts are in images: what is in here is given out by address, not to everybody on this machine.
    await mkdir(dir, { recursive: true, mode: 0o750 });
    const places = new Places(await realpath(dir));
    await places.make();
    await clearLeftOvers(places, log, signal);
    return new LocalStore(places, log);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServerError("store_failed", `The store ${dir} can't be opened: ${wordCause(error)}.`, { cause: error });
  }
}

function wordCause(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

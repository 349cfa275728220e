import { UpdateError } from "../error.ts";

export interface Memory {
  totalBytes: number;
  /** What a program that starts now may have without anything being swapped out; null when the system doesn't say. */
  availableBytes: number | null;
}

const MIB = 1024 * 1024;

/** Unpacking takes no more than this, however large a release is; the app itself has to come up afterwards, too. */
const ENOUGH_BYTES = 24 * MIB;

/** Whether an update can be carried out without the system ending some program for lack of memory. Pure. */
export function assessMemory(version: string, { availableBytes }: Memory): UpdateError | null {
  if (availableBytes === null || availableBytes >= ENOUGH_BYTES) return null;
  const numbers = `needs ${ENOUGH_BYTES / MIB} MiB, has ${Math.floor(availableBytes / MIB)} MiB`;
  const message = `There is not enough free memory to install ${version} (${numbers}). Stop something, or restart the device, and try again.`;
  return new UpdateError("requires_unmet", message, { version });
}

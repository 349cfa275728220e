import { createHash } from "node:crypto";

/**
 * A device's own delay for an app, in milliseconds, from 0 to below `maxMs`: the same every day, and spread evenly over
 * many devices, so that they don't all ask a host at once.
 *
 * @param device what no other device has, such as its machine id
 */
export function jitterOf(device: string, app: string, maxMs: number): number {
  const hash = createHash("sha256").update(`${device}\0${app}`).digest();
  return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * maxMs);
}

import { randomBytes } from "node:crypto";

/** A new update's id: sorts by time, safe in a file name and as an argument. */
export function newUpdateId(now: Date): string {
  const random = BigInt(`0x${randomBytes(5).toString("hex")}`).toString(36).padStart(6, "0").slice(-6);
  return `${now.getTime().toString(36).padStart(9, "0")}-${random}`;
}

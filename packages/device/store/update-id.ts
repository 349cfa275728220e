import { randomBytes } from "node:crypto";

/**
 * A new update's id: sorts by time, safe in a file name and as an argument. It sorts after `last`, the id of the update
 * before, even when the clock was set back since: devices without a battery clock start in the past.
 */
export function newUpdateId(now: Date, last: string | null): string {
  const after = Number.parseInt(last?.split("-")[0] ?? "", 36);
  const ms = Math.max(now.getTime(), Number.isNaN(after) ? 0 : after + 1);
  const random = BigInt(`0x${randomBytes(5).toString("hex")}`)
    .toString(36)
    .padStart(6, "0")
    .slice(-6);
  return `${ms.toString(36).padStart(9, "0")}-${random}`;
}

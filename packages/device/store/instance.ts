import { createHash } from "node:crypto";
import { resolve } from "node:path";

/** Which Pawl of this device something is about: those that share a state folder are one. Tells nobody where that is. */
export function instanceOf(stateDir: string): string {
  return createHash("sha256").update(resolve(stateDir)).digest("hex").slice(0, 16);
}

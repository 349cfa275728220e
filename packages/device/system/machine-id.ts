import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What no other device has (machine-id(5)); where there is none, its name. */
export function machineId(): string {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim() || hostname();
  } catch {
    return hostname();
  }
}

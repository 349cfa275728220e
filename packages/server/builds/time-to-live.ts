import type { ServerConfig } from "../config/schema.ts";
import type { BuildInputs } from "./types.ts";

type Times = Pick<ServerConfig["builds"], "ttl" | "ttl_unversioned" | "defaults_ttl">;

/**
 * How long a build is kept after its end, in milliseconds: shortly with somebody's first-boot script in it, long where its packages'
 * versions were named, since it is the same whenever it is built (contract asu-v1 §1.9).
 */
export function ttlOf(inputs: Pick<BuildInputs, "defaults" | "packagesVersions">, times: Times): number {
  if (inputs.defaults) return times.defaults_ttl;
  return Object.keys(inputs.packagesVersions).length > 0 ? times.ttl : times.ttl_unversioned;
}

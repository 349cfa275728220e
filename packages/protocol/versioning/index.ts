import { apk } from "./apk.ts";
import { deb } from "./deb.ts";
import { opkg } from "./opkg.ts";
import { pep440 } from "./pep440.ts";
import { semver } from "./semver.ts";
import type { Versioning } from "./types.ts";

export { normalizePep440 } from "./pep440.ts";
export type { Versioning } from "./types.ts";

/** Every scheme, by its name in `pawl.yaml`. A new one is a file and a line here. */
export const versionings: Record<Versioning["name"], Versioning> = { semver, pep440, deb, opkg, apk };

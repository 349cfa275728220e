import { UpdateError } from "../error.ts";
import { SECURE_PATH } from "../system/roots-environment.ts";
import { at, programAt } from "./ground.ts";
import { outsidersPlace } from "./outsiders.ts";
import type { Ground } from "./types.ts";

const OLDEST = [18, 19] as const;
const WITHIN_MS = 20_000;

/**
 * The Node that units and sudo will find, for its version. Throws UpdateError `requires_unmet` with what to install when
 * there is none, it is too old, or others than root could put another in its place.
 */
export async function nodeOf(ground: Ground, signal: AbortSignal): Promise<{ path: string; version: string }> {
  const path = await programAt(ground, "node");
  if (path === null) throw unmet(`There is no node in ${SECURE_PATH.split(":").join(", ")}. ${INSTALL}`);
  const place = await outsidersPlace(ground, path);
  if (place !== null) {
    throw unmet(`Root would run ${path}, and others than root can change ${place}. ${INSTALL}`);
  }
  const result = await ground.run([at(ground, path), "--version"], { timeoutMs: WITHIN_MS, signal });
  const version = result.stdout.trim().replace(/^v/, "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNode = result.code === 0 && Number.isInteger(major) && Number.isInteger(minor);
  if (!isNode) throw unmet(`${path} doesn't say its version. ${INSTALL}`);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (isOld) throw unmet(`${path} is Node ${version}, and Pawl needs ${OLDEST.join(".")} or later. ${INSTALL}`);
  return { path, version };
}

const INSTALL =
  "Install Node 18.19 or later for the whole system, as root: apt install nodejs (Debian 12 and later), or unpack the archive from nodejs.org below /usr/local.";

function unmet(message: string): UpdateError {
  return new UpdateError("requires_unmet", message);
}

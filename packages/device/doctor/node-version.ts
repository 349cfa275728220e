import { asUpdateError } from "../error.ts";
import { nodeOf } from "../setup/node.ts";
import type { Ground } from "../setup/types.ts";
import { VERSION } from "../version.ts";
import { type Finding, fine, trouble } from "./types.ts";

const OLDEST = [18, 19] as const;

/** The Node that this very process runs on. Pure. */
export function assessNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (isOld)
    return trouble(`Pawl runs on Node ${version}, which is too old`, `Install Node ${OLDEST.join(".")} or later`);
  return fine(`Pawl ${VERSION} runs on Node ${version}`);
}

/** The Node that root's side and the units will find: by their own PATH, whatever the caller's is. */
export async function lookAtRootsNode(ground: Ground, signal: AbortSignal): Promise<Finding[]> {
  try {
    const { path, version } = await nodeOf(ground, signal);
    return [fine(`Root's side runs on Node ${version} (${path})`)];
  } catch (error) {
    const { code, message } = asUpdateError(error);
    if (code !== "requires_unmet") throw error;
    // Its second sentence says what to install.
    const [what = message, ...fix] = message.split(/\. (?=Install)/);
    return [trouble(what, fix.join(". "))];
  }
}

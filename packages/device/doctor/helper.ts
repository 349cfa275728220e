import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type WayFacts, wayToRoot } from "../helper/way.ts";
import { isMissing } from "../store/atomic-file.ts";
import type { Run } from "../system/types.ts";
import { LOOK_MS } from "./limits.ts";
import type { Who } from "./rights.ts";
import { isProgram, type Places } from "./surroundings.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

const SET_UP = "sudo pawl setup";

export interface HelperParts {
  facts: WayFacts;
  /** Null where one user does everything. */
  apiUser: Who | null;
  uid: number;
  places: Places;
}

/** Whether the daemon reaches root's side: the way itself, and what lets it go there. */
export async function lookAtHelper({ facts, apiUser, uid, places }: HelperParts): Promise<Finding[]> {
  const daemonUid = apiUser?.uid ?? uid;
  const way = wayToRoot({ ...facts, isRoot: daemonUid === 0 });
  switch (way) {
    case "self":
      return [assessSelf(facts.isSystemConfig, daemonUid)];
    case "unit":
      return [lookAtProgram(places), ...(await lookAtRule(places.polkitRules, "polkit rule", daemonUid))];
    case "sudo":
      return [lookAtProgram(places), ...(await lookAtRule(places.sudoers, "sudoers line", daemonUid))];
  }
}

/** As the daemon's user: whether sudo would let it through. Asks, and starts nothing. */
export async function askSudo(run: Run, helper: string, signal: AbortSignal): Promise<Finding[]> {
  const { code, stderr } = await run(["sudo", "-n", "-l", helper], { timeoutMs: LOOK_MS, signal });
  if (code === 0) return [fine(`sudo lets the API start ${helper}`)];
  return [trouble(`sudo doesn't let the API start ${helper}`, SET_UP, stderr.trim() || null)];
}

/** No way but the daemon's own process. Pure. */
export function assessSelf(isSystemConfig: boolean, daemonUid: number): Finding {
  if (!isSystemConfig) return fine(`Updates are put in place by the user that Pawl runs as (${daemonUid})`);
  if (daemonUid === 0) {
    const title = "Pawl's API runs as root, so whoever gets into it has the whole device";
    return warning(title, `${SET_UP}: it makes a user of its own for it`);
  }
  return trouble(
    `The user that Pawl's API runs as (${daemonUid}) has no way to root, so it can't put updates in place`,
    SET_UP,
  );
}

function lookAtProgram({ helper }: Places): Finding {
  if (isProgram(helper)) return fine(`Root's side is in place: ${helper}`);
  return trouble(`${helper} isn't there, or can't be started: updates can't be put in place`, SET_UP);
}

/** Whether some file of a folder speaks of the helper. Such folders are often for root's eyes only. */
async function lookAtRule(folder: string, what: string, daemonUid: number): Promise<Finding[]> {
  // Root needs neither.
  if (daemonUid === 0) return [];
  try {
    for (const name of await readdir(folder)) {
      if ((await readFile(join(folder, name), "utf8")).includes("pawl-apply"))
        return [fine(`The ${what} is there: ${join(folder, name)}`)];
    }
  } catch (error) {
    if (!isMissing(error)) return [warning(`This user may not look for the ${what} in ${folder}`, "sudo pawl doctor")];
  }
  return [trouble(`There is no ${what} that lets the API reach root's side`, SET_UP, folder)];
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SET_UP_HELPER } from "../helper/no-way.ts";
import { type WayFacts, wayToRoot } from "../helper/way.ts";
import { outsidersPlace } from "../setup/outsiders.ts";
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
    case "sudo": {
      const wasByPolkit = facts.hasSystemd && facts.hasUnit && !facts.hasPolkit;
      const gone = wasByPolkit && (await isPolkitMissed(places)) ? [POLKIT_IS_GONE] : null;
      return [lookAtProgram(places), ...(gone ?? (await lookAtRule(places.sudoers, "sudoers line", daemonUid)))];
    }
  }
}

const POLKIT_IS_GONE = trouble(
  "polkit is gone from this device, and the API had no other way to root's side",
  `Install polkit again (apt install polkitd), or let it go by sudo: ${SET_UP_HELPER}`,
);

/** Whether our rule waits for a polkit, and sudo knows nothing of us. */
async function isPolkitMissed({ polkitRules, sudoers }: Places): Promise<boolean> {
  const [rule, line] = await Promise.all([ruleIn(polkitRules), ruleIn(sudoers)].map((one) => one.catch(() => null)));
  return rule !== null && line === null;
}

/** As the daemon's user: whether sudo would let it through. Asks, and starts nothing. */
export async function askSudo(run: Run, helper: string, signal: AbortSignal): Promise<Finding[]> {
  const { code, stderr } = await run(["sudo", "-n", "-l", helper], { timeoutMs: LOOK_MS, signal });
  if (code === 0) return [fine(`sudo lets the API start ${helper}`)];
  return [trouble(`sudo doesn't let the API start ${helper}`, SET_UP_HELPER, stderr.trim() || null)];
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
    SET_UP_HELPER,
  );
}

/** Whether it is root's alone what root starts when it is asked to, with every folder on the way. */
export async function lookAtHelpersPlace(helper: string): Promise<Finding[]> {
  const place = await outsidersPlace({ root: "/" }, helper);
  if (place === null) return [];
  const title = `Others than root can change ${place}, and so what root starts as ${helper}`;
  return [
    trouble(title, `Look at what is there, then: chown -h root: ${place} && chmod go-w ${place}; ${SET_UP_HELPER}`),
  ];
}

function lookAtProgram({ helper }: Places): Finding {
  if (isProgram(helper)) return fine(`Root's side is in place: ${helper}`);
  return trouble(`${helper} isn't there, or can't be started: updates can't be put in place`, SET_UP_HELPER);
}

/** Whether some file of a folder speaks of the helper. Such folders are often for root's eyes only. */
async function lookAtRule(folder: string, what: string, daemonUid: number): Promise<Finding[]> {
  // Root needs neither.
  if (daemonUid === 0) return [];
  try {
    const path = await ruleIn(folder);
    if (path !== null) return [fine(`The ${what} is there: ${path}`)];
  } catch {
    return [warning(`This user may not look for the ${what} in ${folder}`, "sudo pawl doctor")];
  }
  return [trouble(`There is no ${what} that lets the API reach root's side`, SET_UP_HELPER, folder)];
}

/** The file of a folder that speaks of the helper; null when none does. */
async function ruleIn(folder: string): Promise<string | null> {
  try {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if ((await readFile(path, "utf8")).includes("pawl-apply")) return path;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return null;
}

import { leftUnfinished } from "../store/left-unfinished.ts";
import { Lock, type LockOwner } from "../store/lock.ts";
import type { AppPaths } from "../store/paths.ts";
import { peekApply, peekFetch } from "../store/view.ts";
import { type Finding, fine, trouble } from "./types.ts";

/** What goes on in an app, and who does it. */
export interface Work {
  /** `staging`, `downloading`; null: nothing. */
  doing: string | null;
  /** Where it goes. */
  to: string | null;
  owner: LockOwner | null;
}

/** Whether root's side is at work on an app: only its own files are read. */
export async function isRootAtWork({ apply }: AppPaths): Promise<boolean> {
  return (await Lock.owner(apply.lock)) !== null;
}

/** What goes on in an app now. */
export async function workIn(paths: AppPaths): Promise<Work> {
  const [fetch, apply] = await Promise.all([peekFetch(paths), peekApply(paths)]);
  const owners = [await Lock.owner(paths.apply.lock), await Lock.owner(paths.api.lock)];
  const owner = owners.find((one) => one !== null) ?? null;
  const roots = apply.engine;
  if (roots.status !== "idle") return { doing: roots.status, to: roots.update.to, owner };
  const ours = fetch.engine;
  // One that waits for its window needs nobody.
  if (ours.status === "idle" || ours.status === "waiting") return { doing: null, to: null, owner };
  return { doing: ours.status, to: ours.update?.to ?? null, owner };
}

/** Whether an update has been left by a process that died. Pure. */
export function assessWork({ doing, to, owner }: Work): Finding {
  if (doing === null) return fine("No update was left unfinished");
  const what = doing === "checking" ? "A check" : `An update${to === null ? "" : ` to ${to}`}`;
  if (owner) return fine(`${what} is under way`, doing);
  return trouble(`${what} was interrupted and isn't finished (${doing})`, "sudo pawl resume");
}

/** Updates of apps that the configuration doesn't name any more: nobody but root's side knows of them. */
export async function lookAtForgotten(stateDir: string, apps: readonly string[]): Promise<Finding[]> {
  const unfinished = await leftUnfinished(stateDir);
  return unfinished.flatMap(({ app, doing }) => {
    if (doing === null || apps.includes(app)) return [];
    const what = `An update of ${app}, which pawl.yaml doesn't name any more, was interrupted and isn't finished`;
    return [trouble(`${what} (${doing})`, "sudo pawl resume")];
  });
}

import { constants } from "node:fs";
import { access, lstat } from "node:fs/promises";
import { userInfo } from "node:os";
import type { PipInstall } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import type { InstalledDistribution } from "../../../python/index.ts";
import { assertRootsPython } from "../../../system/roots-python.ts";
import type { Run } from "../../../system/types.ts";
import { isRoot } from "../../bundle/copy/owner.ts";
import type { Survey } from "./environment.ts";

/** How an environment is reached, in the words that earlier dashboards look for. */
export function byWhoseRights(): string {
  return isRoot() ? "Running as root – direct pip install" : `Using the environment's own user: ${whoWeAre()}`;
}

/**
 * Whether this process may change an environment: it is root's, or its own. Throws UpdateError `helper_missing`, which
 * says what to do.
 */
export async function checkRights({ libs, scripts }: Pick<Survey, "libs" | "scripts">): Promise<void> {
  for (const path of [...libs, scripts]) {
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    const mayWrite = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isThere || mayWrite) continue;
    throw noRights(path);
  }
}

/**
 * Whether nobody but root decides what root's Python does. Before anything is changed: a switch that was begun has to come to
 * an end, whoever got hold of the Python meanwhile. Throws UpdateError `requires_unmet`.
 */
export async function checkRootsPython(
  { config, run }: { config: PipInstall; run: Run },
  signal: AbortSignal,
): Promise<void> {
  const { python, constraints, find_links } = config;
  // Of the links those that are folders of this device.
  const more = [...(constraints ? [constraints] : []), ...find_links.filter((link) => link.startsWith("/"))];
  await assertRootsPython({ python, more, run }, signal);
}

/** What a user has for themselves would go on being what runs, whatever stands in the environment. Throws UpdateError `requires_unmet`. */
export function refuseUsersOwn(
  found: Pick<InstalledDistribution, "name" | "version" | "folder"> | null,
  { user_home, python }: Pick<PipInstall, "user_home" | "python">,
): void {
  if (!found || user_home === undefined || !found.folder.startsWith(`${user_home.replace(/\/+$/, "")}/`)) return;
  const what = `${found.name} ${found.version} is installed for its user alone (${found.folder}), and Python prefers that to what Pawl would install.`;
  const fix = `As that user, run: ${python} -m pip uninstall --break-system-packages ${found.name}`;
  throw new UpdateError("requires_unmet", `${what} ${fix}`, { path: found.folder });
}

/** That somebody else than this process has to do it, and how that is arranged. */
export function noRights(path: string): UpdateError {
  const message = `${path} isn't ${whoWeAre()}'s to write, and Pawl has no part of root's on this device that could. Run: sudo pawl setup helper`;
  return new UpdateError("helper_missing", message, { path });
}

function whoWeAre(): string {
  try {
    return userInfo().username;
  } catch {
    // Not every user has a name.
    return `user ${process.getuid?.()}`;
  }
}

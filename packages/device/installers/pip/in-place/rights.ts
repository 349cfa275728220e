import { constants } from "node:fs";
import { access, lstat } from "node:fs/promises";
import { userInfo } from "node:os";
import { UpdateError } from "../../../error.ts";
import { isRoot } from "../../bundle/copy/owner.ts";
import type { Report } from "../../types.ts";
import type { Survey } from "./environment.ts";

/** How an environment is reached, in the words that earlier dashboards look for. */
export function announceRights(report: Report): void {
  if (isRoot()) report.line("Running as root – direct pip install");
  else report.line(`Using the environment's own user: ${whoWeAre()}`);
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

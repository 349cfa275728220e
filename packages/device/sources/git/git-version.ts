import { UpdateError } from "../../error.ts";
import type { Git } from "./git.ts";

/** Of those that read their configuration from the environment, by which secrets are passed. */
const OLDEST = [2, 31] as const;

export const OLDEST_GIT: string = OLDEST.join(".");

/** The version in what `git --version` says; null when there is none, or it is too old. Pure. */
export function usableGit(said: string): string | null {
  const [version, ...numbers] = /(\d+)\.(\d+)\S*/.exec(said) ?? [];
  const [major = 0, minor = 0] = numbers.map(Number);
  const isUsable = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return version !== undefined && isUsable ? version : null;
}

/** Throws UpdateError `requires_unmet` when the device's git isn't there, or too old. */
export async function requireGit(git: Git, signal: AbortSignal): Promise<void> {
  const { stdout } = await git.offline(["--version"], { signal });
  if (usableGit(stdout) !== null) return;
  const found = `The git on this device is too old (${stdout.trim()})`;
  throw new UpdateError("requires_unmet", `${found}: ${OLDEST_GIT} or newer is needed to follow a branch.`);
}

import type { Standing } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { commitInVersion } from "../branch/index.ts";
import type { Asked } from "../types.ts";
import type { Mirror } from "./mirror.ts";

type Installed = NonNullable<Asked["installed"]>;

/**
 * How a commit stands to the installed one; null when it is the same, or that can't be known. What history was rewritten
 * over may still be had from the host by its id. Throws as `Mirror.update`.
 */
export async function standingOf(
  mirror: Mirror,
  installed: Installed,
  commit: string,
  signal: AbortSignal,
): Promise<Standing | null> {
  if (installed.commit === commit) return null;
  let to = await installedCommit(mirror, installed, signal);
  if (to === null && installed.commit !== null && (await fetchCommit(mirror, installed.commit, signal))) {
    to = installed.commit;
  }
  if (to === null || to === commit) return null;
  if (await isAncestor(mirror, to, commit, signal)) return { to, is: "ahead" };
  return { to, is: (await isAncestor(mirror, commit, to, signal)) ? "behind" : "diverged" };
}

/**
 * The installed commit, if the mirror has it. Without a commit, a version built by setuptools_scm has the beginning of its
 * id. Reads the disk only.
 */
export async function installedCommit(
  mirror: Mirror,
  { version, commit }: Installed,
  signal: AbortSignal,
): Promise<string | null> {
  for (const name of [commit, commitInVersion(version)]) {
    if (!name) continue;
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    const { code, stdout } = await mirror.read(args, signal, { codes: [0, 1, 128] });
    if (code === 0) return stdout.trim();
  }
  return null;
}

/** Whether the host still had it. */
async function fetchCommit(mirror: Mirror, commit: string, signal: AbortSignal): Promise<boolean> {
  try {
    await mirror.fetchCommit(commit, signal);
    return true;
  } catch (error) {
    if (error instanceof UpdateError && error.code === "release_moved") return false;
    throw error;
  }
}

async function isAncestor(mirror: Mirror, older: string, newer: string, signal: AbortSignal): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", older, newer];
  return (await mirror.read(args, signal, { codes: [0, 1] })).code === 0;
}

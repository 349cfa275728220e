import { join } from "node:path";
import { systemError } from "../error.ts";
import { namesIn } from "../store/atomic-file.ts";
import { type Candidate, choose, type Remains } from "./choose.ts";
import { readDirectUrl, readDistInfo } from "./dist-info.ts";
import { foldersOf, type PythonParts, type Where } from "./environment.ts";
import { isSameName, isSetAsideFor, namedBy } from "./names.ts";

export type { Remains } from "./choose.ts";
export { foldersOf, type PythonParts, type Where } from "./environment.ts";
export { leftoversOf } from "./leftovers.ts";
export { type RecordEntry, readRecord } from "./record-file.ts";

/** A distribution as an environment has it. */
export interface InstalledDistribution {
  /** As it spells itself. */
  name: string;
  version: string;
  /** What pip has installed it from; null where it doesn't know. */
  commit: string | null;
  channel: string | null;
  /** Such as `>=3.9`. */
  requiresPython: string | null;
  /** Its dist-info or egg-info, and the folder that is in. */
  path: string;
  folder: string;
  /** Paths beside it that look like it and don't count. */
  stale: string[];
}

/**
 * What an environment has of a distribution, read from the disk at each call; null when it has none, and when what it has
 * is damaged, or not to be read: that is never a version. Throws UpdateError `requires_unmet` when its Python can't be
 * asked where to look.
 */
export async function installedDistribution(
  where: Where,
  distribution: string,
  parts: PythonParts,
  signal?: AbortSignal,
): Promise<InstalledDistribution | null> {
  return (await lookUpDistribution(where, distribution, parts, signal)).installed;
}

/** The same, with everything of its name that doesn't count and why. Throws as `installedDistribution`. */
export async function lookUpDistribution(
  where: Where,
  distribution: string,
  parts: PythonParts,
  signal?: AbortSignal,
): Promise<{ installed: InstalledDistribution | null; remains: Remains[] }> {
  const { own, shared } = await foldersOf(where, parts);
  const seen: Remains[] = [];
  for (const folders of [async () => own, () => shared(signal)]) {
    for (const folder of await folders()) {
      const { chosen, remains } = choose(await candidatesIn(folder, distribution));
      seen.push(...remains);
      if (chosen) {
        const stale = seen.map(({ path }) => path);
        return { installed: { ...chosen, ...(await readDirectUrl(chosen.path)), folder, stale }, remains: seen };
      }
      // Python would import what is here, whatever that is, before what another folder has.
      if (remains.some(({ why, path }) => why === "damaged" || (why === "unreadable" && path !== folder)))
        return { installed: null, remains: seen };
    }
  }
  return { installed: null, remains: seen };
}

async function candidatesIn(folder: string, distribution: string): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const entries = entriesOf(folder);
  if (!entries) return [{ path: folder, why: "unreadable", detail: `${folder} can't be read.` }];
  for (const entry of entries) {
    const path = join(folder, entry);
    const named = namedBy(entry);
    if (named && isSameName(named.name, distribution)) candidates.push({ path, ...(await readDistInfo(path)) });
    else if (isSetAsideFor(entry, distribution)) {
      candidates.push({ path, why: "leftover", detail: "A pip that was interrupted has left it." });
    }
  }
  return candidates;
}

/** None when there is no such folder; null when it isn't for whoever asks, as another user's home. */
function entriesOf(folder: string): string[] | null {
  try {
    return namesIn(folder);
  } catch (error) {
    if (systemError(error)?.code === "not_writable") return null;
    throw error;
  }
}

import { join } from "node:path";
import { Commit, Instant, Standing, Version } from "@pawl/protocol";
import * as z from "zod";
import { ensureFolder, readTextIfThere, writeCacheFile } from "../../store/atomic-file.ts";

const FILE = "known.json";

/** No list of a host's that is let in makes a longer one, in characters. */
const MAX_LENGTH = 128 * 1024 * 1024;

/** What was found out about a repository, as long as its branches and tags are what they were. */
export const Known = z.object({
  /** Other rules for versions, or another remote, make other answers. */
  key: z.string(),
  fingerprint: z.string(),
  branches: z.record(z.string(), z.object({ commit: Commit, tree: Commit, title: z.string(), at: Instant.nullable() })),
  tags: z.array(z.object({ name: z.string(), commit: Commit, at: Instant.nullable() })),
  /** By the names of branches, whose ends they are about. */
  versions: z.record(z.string(), z.object({ version: Version, project: z.string().nullable() })),
  /** By `<asked commit or version> <commit>`. */
  standings: z.record(z.string(), Standing.nullable()),
});
export type Known = z.infer<typeof Known>;

/** Null when nothing is known for this key, or what is there is damaged. */
export async function readKnown(dir: string, key: string): Promise<Known | null> {
  try {
    const text = await readTextIfThere(join(dir, FILE));
    if (text === null || text.length > MAX_LENGTH) return null;
    const known = Known.parse(JSON.parse(text));
    return known.key === key ? known : null;
  } catch {
    return null;
  }
}

export async function writeKnown(dir: string, known: Known): Promise<void> {
  try {
    await ensureFolder(dir, 0o700);
    await writeCacheFile(join(dir, FILE), JSON.stringify(known), 0o600);
  } catch {
    // It costs finding all out once more; a full disk must not hide that there is an update.
  }
}

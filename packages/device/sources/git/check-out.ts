import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../error.ts";
import { ensureFolder } from "../../store/atomic-file.ts";
import type { Advance } from "../../update/progress.ts";
import { cleanLine } from "../commits/clean-text.ts";
import { emptyFolder } from "../commits/empty-folder.ts";
import { refusedForSize } from "../commits/refused.ts";
import { guardRoom } from "../commits/room-guard.ts";
import type { Git } from "./git.ts";
import { settleTree } from "./laid-out.ts";
import type { Mirror } from "./mirror.ts";
import { awaitLock } from "./mirror-lock.ts";
import { readTree, type TreeLimits } from "./tree.ts";

/** More than any app has; what it is packed into has limits of its own. */
export const TREE_LIMITS: TreeLimits = { files: 100_000, bytes: 2 * 1024 ** 3 };

/** Of all the work, until the files are here. */
const FETCHED_SHARE = 0.8;

/**
 * Has every attribute that a repository may set for its files mean nothing: they are laid out byte for byte, and no program
 * filters them. This file of git's wins over those in the tree (gitattributes(5)).
 */
const NO_ATTRIBUTES = "* -text -crlf -eol -ident -filter -working-tree-encoding\n";

export interface CheckOutParts {
  git: Git;
  mirror: Mirror;
  /** Where the mirror lies; what this takes meanwhile, too. */
  dir: string;
  shown: string;
  limits?: TreeLimits;
}

export interface CheckOutOptions {
  commit: string;
  /** An empty folder. */
  into: string;
  advance(advance: Advance): void;
  signal: AbortSignal;
}

/**
 * Lays out the files of a commit, as a release is made of: plain files 644 or 755, and links that stay inside. They come
 * into a repository of their own, gone afterwards, so that the mirror stays small. Throws UpdateError `release_moved` when
 * the host hasn't the commit any more, `archive_refused`, and as `Git.online`; the folder is empty again then.
 */
export async function checkOut(
  parts: CheckOutParts,
  { commit, into, advance, signal }: CheckOutOptions,
): Promise<void> {
  const { git, dir, limits = TREE_LIMITS } = parts;
  await using _lock = await awaitLock(join(dir, "check-out-lock"), "check out", signal);
  const own = join(dir, "check-out.git");
  const local = async (...args: string[]) => {
    const result = await git.offline(["--git-dir", own, ...args], { signal, timeoutMs: git.limits.fetchMs });
    if (result.code === 0) return result.stdout;
    throw notLaidOut(into, result.timedOut ? "git takes too long" : result.stderr);
  };
  await rm(own, { recursive: true, force: true, maxRetries: 3 });
  try {
    await local("init", "--quiet", "--bare", "--template=", "--", own);
    await fetchInto(own, parts, { commit, advance, signal });
    const files = readTree(await local("ls-tree", "-r", "-z", "-l", "--full-tree", commit), limits);
    await ensureFolder(join(own, "info"));
    await writeFile(join(own, "info", "attributes"), NO_ATTRIBUTES);
    await local("read-tree", commit);
    await local("--work-tree", into, "checkout-index", "--all", "--quiet");
    await settleTree(into, files, (share) => advance({ share: FETCHED_SHARE + (1 - FETCHED_SHARE) * share }), signal);
  } catch (error) {
    await emptyFolder(into);
    throw refusedForSize(error);
  } finally {
    await rm(own, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** That one commit with all its files, and nothing before it. */
async function fetchInto(
  own: string,
  { git, mirror, shown }: CheckOutParts,
  { commit, advance, signal }: Pick<CheckOutOptions, "commit" | "advance" | "signal">,
): Promise<void> {
  const guard = { dir: join(own, "objects", "pack"), maxBytes: git.limits.packBytesMax, shown, signal };
  const options = ["--depth=1", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--progress"];
  const onLine = (line: string) => {
    const percent = /^Receiving objects:\s+(\d+)%/.exec(line)?.[1];
    if (percent !== undefined) advance({ share: (FETCHED_SHARE * Number(percent)) / 100 });
  };
  try {
    await guardRoom(guard, (guarded) =>
      git.online(["--git-dir", own, "fetch", ...options, "--", "origin", commit], { signal: guarded, onLine }),
    );
  } catch (error) {
    if (!(error instanceof UpdateError && error.code === "release_moved")) throw error;
    // Git's first protocol gives nothing but the ends of branches and tags: such a host has to be copied whole.
    if (!/unadvertised object/.test(error.fields.detail ?? "")) throw error;
    await mirror.makeWhole(signal);
    if (!(await mirror.has(commit, signal))) throw error;
    await ensureFolder(join(own, "objects", "info"));
    await writeFile(join(own, "objects", "info", "alternates"), `${join(mirror.path, "objects")}\n`);
  }
  advance({ share: FETCHED_SHARE });
}

function notLaidOut(path: string, stderr: string): UpdateError {
  const detail = cleanLine(stderr, 500);
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return new UpdateError("disk_full", `The disk is full (${path}).`, { path, detail });
  }
  return new UpdateError("unpack_failed", `The files of the commit couldn't be laid out in ${path}.`, { path, detail });
}

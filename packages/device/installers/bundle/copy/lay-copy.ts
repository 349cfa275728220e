import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lchown, open, readlink, symlink } from "node:fs/promises";
import { UpdateError } from "../../../error.ts";
import { isRoot } from "./owner.ts";
import { linkMark, type Mark, OpenFile, statsAt } from "./standing.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** What a copy gets that isn't its content. */
export interface Likeness {
  mode: number;
  uid: number;
  gid: number;
  /** When it was written last, in milliseconds; null is now. */
  mtimeMs: number | null;
}

/** A copy and what it says. */
export interface LaidCopy {
  mark: Mark;
  mode: number;
}

/**
 * Copies a file or a link to a name that is free. Only its owner can read it before it is complete. Null when there is
 * neither a file nor a link.
 *
 * @param like what it gets beside its content; without it: what the original has
 */
export async function layCopy(from: string, to: string, like?: Likeness): Promise<LaidCopy | null> {
  const stats = await statsAt(from);
  if (stats?.isSymbolicLink()) {
    const text = await readlink(from);
    await symlink(text, to);
    if (isRoot()) await lchown(to, (like ?? stats).uid, (like ?? stats).gid);
    return { mark: linkMark(text), mode: 0o777 };
  }
  if (!stats?.isFile()) return null;
  await using original = await OpenFile.at(from);
  if (original === null) return null;
  const { mode, uid, gid, mtimeMs } = like ?? original.stats;
  const hash = createHash("sha256");
  const copy = await open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for await (const chunk of original.chunks()) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += (await copy.write(chunk, at)).bytesWritten;
    }
    if (isRoot()) await copy.chown(uid, gid);
    await copy.chmod(mode & 0o7777); // last: writing and a new owner would clear a setuid bit
    if (mtimeMs !== null) await copy.utimes(new Date(), mtimeMs / 1000);
  } finally {
    await copy.close();
  }
  return { mark: hash.digest("hex"), mode: mode & 0o7777 };
}

/** The same for something that has to be what it is meant to be. Throws UpdateError `hash_mismatch` when the disk gives something else. */
export async function layExactCopy(from: string, to: string, mark: Mark, like?: Likeness): Promise<void> {
  const copy = await layCopy(from, to, like);
  if (copy?.mark === mark) return;
  const message = `${from} was changed on this device since it was put there. Check the disk for errors, and install again.`;
  throw new UpdateError("hash_mismatch", message, {
    path: from,
    detail: `expected ${mark}, got ${copy?.mark ?? "nothing"}`,
  });
}

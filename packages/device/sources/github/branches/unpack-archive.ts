import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parents, pathTrouble } from "@pawl/protocol";
import type { TarHeader } from "modern-tar";
import { systemError, UpdateError } from "../../../error.ts";
import { type BundleEntry, readBundle } from "../../../installers/bundle/archive.ts";
import { shown } from "../../../installers/bundle/tar-headers.ts";
import { plannedTree } from "../../../installers/bundle/tree.ts";
import { writeFile } from "../../../installers/bundle/tree-writer.ts";
import type { LaidFile } from "../../commits/lfs.ts";
import { refusedSubmodule, refuseLfs } from "../../commits/refused.ts";

export interface UnpackingArchive {
  path: string;
  /** Which commit it has to be of. */
  commit: string;
  /** An empty folder. */
  into: string;
  /** Bytes of the archive read so far, and of all of it. */
  onProgress?(done: number, total: number): void;
  limits?: ArchiveLimits;
  signal: AbortSignal;
}

/** More than a project has any need for. */
export interface ArchiveLimits {
  entries: number;
  /** Packed, and unpacked with what the tar adds. */
  archiveBytes: number;
  tarBytes: number;
}

const LIMITS: ArchiveLimits = { entries: 100_000, archiveBytes: 1024 ** 3, tarBytes: 2.5 * 1024 ** 3 };
const USER_EXEC = 0o100;

/**
 * Unpacks the archive of a commit as `git archive` makes it: everything below one folder, which is left out here. Files are
 * written only under names that were free, links last and only those that stay inside; modes are 644 and 755. Not durable.
 *
 * Throws UpdateError `archive_refused`, `disk_full`, `not_writable`, `unpack_failed`, or the signal's reason.
 */
export async function unpackArchive({ limits = LIMITS, ...unpacking }: UnpackingArchive): Promise<void> {
  const { path, commit, into, onProgress, signal } = unpacking;
  let top: string | null = null;
  const taken = new Set<string>();
  const made = new Set<string>();
  const folders = new Set<string>();
  const files: LaidFile[] = [];
  const links: { path: string; link: string }[] = [];

  const take = async ({ header, body }: BundleEntry) => {
    refuseOther(header, commit);
    const { first, rest } = splitTop(header);
    top ??= first;
    if (first !== top) throw refused(header, `lies beside the folder ${shown(top)}`);
    if (header.type === "directory") return void folders.add(rest);
    if (taken.has(rest) || made.has(rest)) throw refused(header, "is in it twice");
    if (taken.size === limits.entries)
      throw refused(header, `is one more than the ${limits.entries} files there may be`);
    taken.add(rest);
    if (header.type === "symlink") return void links.push({ path: rest, link: header.linkname ?? "" });
    if (header.type !== "file") throw refused(header, "is neither a file nor a folder nor a link");
    makeParents(rest);
    await writeFile(join(into, rest), (header.mode ?? 0) & USER_EXEC ? 0o755 : 0o644, body);
    files.push({ path: rest, bytes: header.size });
  };

  /** No link exists yet, so none can be on the way. */
  const makeParents = (path: string) => {
    for (const folder of parents(path)) {
      if (made.has(folder)) continue;
      onDisk(() => mkdirSync(join(into, folder)), folder);
      made.add(folder);
    }
  };

  const name = `of commit ${commit.slice(0, 12)}`;
  const { archiveBytes: bundleBytes, tarBytes } = limits;
  await readBundle({ path, name, limits: { bundleBytes, tarBytes }, signal, onBytes: onProgress }, take);
  if (top === null) throw new UpdateError("archive_refused", `The archive ${name} is empty.`);
  const filled = new Set([...taken, ...folders].flatMap((path) => parents(path)));
  // git knows no empty folders: each is another repository.
  const submodule = [...folders].find((folder) => folder !== "" && !filled.has(folder));
  if (submodule !== undefined) throw refusedSubmodule(submodule);
  // They are in the archive only where the repository's settings say so.
  await refuseLfs(into, files);
  // The rules for links are those of every release: it becomes one.
  plannedTree({ files: links });
  for (const { path, link } of links) {
    makeParents(path);
    onDisk(() => symlinkSync(link, join(into, path)), path);
  }
}

/** `git archive` writes the commit's id in front of everything. */
function refuseOther(header: TarHeader, commit: string): void {
  const named = header.pax?.comment;
  if (named === undefined || !/^[0-9a-f]{40,64}$/.test(named) || named === commit) return;
  const detail = `expected commit ${commit}, got ${named}`;
  throw new UpdateError("archive_refused", "The archive is of another commit than the one that was asked for.", {
    detail,
  });
}

function splitTop(header: TarHeader): { first: string; rest: string } {
  const isFolder = header.type === "directory";
  const path = isFolder ? header.name.replace(/\/$/, "") : header.name;
  const trouble = pathTrouble(path);
  if (trouble) throw refused(header, `has a path that ${trouble}`);
  const [first = "", ...rest] = path.split("/");
  if (rest.some((part) => part.toLowerCase() === ".git")) throw refused(header, "lies in a folder named .git");
  if (rest.length === 0 && !isFolder) throw refused(header, "lies outside of the one folder there should be");
  return { first, rest: rest.join("/") };
}

function onDisk(work: () => void, path: string): void {
  try {
    work();
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (isTaken) throw new UpdateError("archive_refused", `${path} stands for two things in the archive.`, { path });
    throw (
      systemError(error) ?? new UpdateError("unpack_failed", `${path} could not be written.`, { path, cause: error })
    );
  }
}

function refused(header: TarHeader, why: string): UpdateError {
  return new UpdateError("archive_refused", `The archive's entry ${shown(header.name)} ${why}.`, { path: header.name });
}

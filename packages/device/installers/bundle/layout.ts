import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { lstat, rename, symlink, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Sha256 } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { ensureFolder, isMissing, readIfThere, syncFolder } from "../../store/atomic-file.ts";
import { jsonOrNull } from "../../store/record.ts";
import type { InPlace } from "../types.ts";

/** Where the symlink layout keeps an app's releases. */
export interface Layout {
  home: string;
  releases: string;
  current: string;
  shared: string;
  /** Empty but while files move to `shared/`. */
  moving: string;
}

export function layoutOf(home: string): Layout {
  const inHome = (name: string) => join(home, name);
  return {
    home,
    releases: inHome("releases"),
    current: inHome("current"),
    shared: inHome("shared"),
    moving: inHome(".moving"),
  };
}

/** The tree that `current` points to, or null when there is none. Throws UpdateError `state_damaged` when it isn't ours. */
export async function currentTree(layout: Layout): Promise<string | null> {
  try {
    const target = resolve(layout.home, readlinkSync(layout.current));
    if (dirname(target) === resolve(layout.releases)) return basename(target);
  } catch (error) {
    if (isMissing(error)) return null;
    if (!isNoLink(error)) throw error;
  }
  const message = `${layout.current} isn't a link to a release in ${layout.releases}. Move it away and install again.`;
  throw new UpdateError("state_damaged", message, { path: layout.current });
}

/** What a tree says it is, from the manifest inside it; null when it isn't a whole release. */
export async function treeIdentity(layout: Layout, tree: string): Promise<InPlace | null> {
  const bytes = readIfThere(join(layout.releases, tree, "manifest.json"));
  if (bytes === null) return null;
  const manifest = jsonOrNull(bytes.toString("utf8")) as { version?: unknown; commit?: unknown } | null;
  if (typeof manifest?.version !== "string") return null;
  return {
    tree,
    version: manifest.version,
    manifest_sha256: createHash("sha256").update(bytes).digest("hex") as Sha256,
    ...(typeof manifest.commit === "string" && { commit: manifest.commit }),
  };
}

/** Points a link somewhere else in one step: whoever looks sees the old target or the new one, never nothing. */
export async function replaceLink(path: string, target: string): Promise<void> {
  const temp = join(dirname(path), `.${basename(path)}.pawl-link`);
  await unlink(temp).catch((error) => {
    if (!isMissing(error)) throw error;
  });
  await ensureFolder(dirname(path));
  await symlink(target, temp);
  await rename(temp, path);
}

/** Points `current` to a tree; on disk when it returns. */
export async function pointCurrent(layout: Layout, tree: string): Promise<void> {
  await replaceLink(layout.current, join("releases", tree));
  await syncFolder(layout.home);
}

/** What stands at a path, not following a link; null when nothing does. */
export async function kindAt(path: string): Promise<"file" | "folder" | "link" | "other" | null> {
  try {
    const stats = await lstat(path);
    return stats.isSymbolicLink() ? "link" : stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** readlink(2): EINVAL says that what is there is no link. */
function isNoLink(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EINVAL";
}

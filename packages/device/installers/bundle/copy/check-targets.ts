import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parents } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { kindAt } from "../layout.ts";
import { unlessGone } from "../shared-link.ts";
import { type Place, pathOf } from "./place.ts";

/**
 * Refuses before anything is changed when a place can't become a file of the release: a folder, a pipe or the like is
 * there, something else than a folder is on the way to it, or nobody may write there. Throws UpdateError `not_writable`.
 *
 * @param leaving paths that the switch removes before it puts anything there
 */
export async function checkTargets(targets: Iterable<Place>, leaving: ReadonlySet<string>): Promise<void> {
  const folders = new Set<string>();
  for (const place of targets) {
    const at = pathOf(place);
    const obstacle = await obstacleOnWay(place);
    if (obstacle !== null && !leaving.has(obstacle)) throw notAFolder(obstacle, at);
    const kind = obstacle === null ? await kindAt(at) : null;
    if (kind === "other") throw taken(at, "is neither a file nor a link");
    if (kind === "folder" && !(await leavesWhole(at, leaving))) throw taken(at, "is a folder");
    folders.add(dirname(at));
  }
  for (const folder of await existing(folders)) await checkWritable(folder);
}

/** The first thing on the way from a place's root to it that isn't a real folder; null when there is none. */
export async function obstacleOnWay({ root, inside }: Place): Promise<string | null> {
  const kind = await unlessGone(stat(root), null);
  if (kind === null) return null;
  if (!kind.isDirectory()) return root;
  for (const folder of parents(inside)) {
    const there = await kindAt(join(root, folder));
    if (there === null) return null;
    if (there !== "folder") return join(root, folder);
  }
  return null;
}

/** Whether a folder holds nothing that stays. An empty one is somebody's. */
async function leavesWhole(folder: string, leaving: ReadonlySet<string>): Promise<boolean> {
  const items = await readdir(folder, { withFileTypes: true });
  for (const item of items) {
    const at = join(folder, item.name);
    if (!(item.isDirectory() ? await leavesWhole(at, leaving) : leaving.has(at))) return false;
  }
  return items.length > 0;
}

/** The nearest folder that is there, for each. */
async function existing(folders: Iterable<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for (const folder of folders) {
    let at = folder;
    while (at !== "/" && !(await unlessGone(stat(at), null))?.isDirectory()) at = dirname(at);
    found.add(at);
  }
  return found;
}

async function checkWritable(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch((error) => {
    const message = `Pawl can't write into ${folder}, where the release has files. Make it writable, or choose another place under install.bundle.map.`;
    throw new UpdateError("not_writable", message, { path: folder, cause: error });
  });
}

function taken(at: string, what: string): UpdateError {
  const message = `${at} ${what}, and the release has a file of that name. Move it away and try again.`;
  return new UpdateError("not_writable", message, { path: at });
}

function notAFolder(obstacle: string, at: string): UpdateError {
  const message = `${obstacle} isn't a real folder, and the release needs one there for ${at}. Pawl doesn't follow links below a mapped folder: replace it by a folder, or map it to where it leads under install.bundle.map.`;
  return new UpdateError("not_writable", message, { path: obstacle });
}

import { constants, type Stats } from "node:fs";
import { access, lstat, stat } from "node:fs/promises";
import { nearestThere } from "../preflight/file-system.ts";
import { outsidersPlace } from "../setup/outsiders.ts";
import { isMissing } from "../store/atomic-file.ts";
import { appPaths, devicePaths } from "../store/paths.ts";
import { isRootsAlone } from "../store/roots-alone.ts";
import type { Who } from "./rights.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** A folder as `pawl setup` makes it. */
interface Folder {
  path: string;
  belongsTo: "root" | "api";
  /** Whether a link of root's may lead to it (store/apply-folder.ts). */
  mayBeLink?: boolean;
}

/** The folders of a device on which root and the API are two users, as `pawl setup` makes them. */
export function foldersOf(stateDir: string, apps: readonly string[]): Folder[] {
  return [
    { path: stateDir, belongsTo: "root", mayBeLink: true },
    { path: devicePaths(stateDir).dir, belongsTo: "api" },
    ...apps.flatMap((app): Folder[] => {
      const { api, apply } = appPaths(stateDir, app);
      return [
        { path: `${stateDir}/${app}`, belongsTo: "root" },
        { path: api.dir, belongsTo: "api" },
        { path: apply.dir, belongsTo: "root" },
      ];
    }),
  ];
}

/** Whether each folder belongs to whom it must, and lets in whom it must. */
export async function lookAtFolders(folders: readonly Folder[], apiUser: Who): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const folder of folders) {
    const wrong = await lookAtFolder(folder, apiUser);
    if (wrong) findings.push(wrong);
  }
  return findings.length > 0
    ? findings
    : [fine(`Each of the ${folders.length} state folders belongs to whom it should`)];
}

async function lookAtFolder(folder: Folder, apiUser: Who): Promise<Finding | null> {
  const { path } = folder;
  try {
    const there = await lstat(path);
    if (!there.isSymbolicLink() || !folder.mayBeLink) return assessFolder(folder, there, apiUser);
    const weak = await outsidersPlace({ root: "/" }, path);
    if (weak === null) return assessFolder(folder, await stat(path), apiUser);
    const title = `${path} is a link, and others than root decide where it leads`;
    return trouble(title, `chown -h root: ${weak} && chmod go-w ${weak}`, weak);
  } catch (error) {
    if (isMissing(error)) return trouble(`${path} isn't there`, "sudo pawl setup");
    return warning(
      `This user may not look at ${path}`,
      "sudo pawl doctor",
      error instanceof Error ? error.message : null,
    );
  }
}

/** Null when a folder is as it should be. Pure. */
export function assessFolder(
  { path, belongsTo }: Folder,
  there: Pick<Stats, "uid" | "gid" | "mode" | "isDirectory">,
  apiUser: Who,
): Finding | null {
  const detail = `owner ${there.uid}, mode ${(there.mode & 0o7777).toString(8)}`;
  if (!there.isDirectory()) {
    return trouble(`${path} is not a folder`, `Look at what it is, move it away, then: sudo pawl setup`, detail);
  }
  if (belongsTo === "root") {
    if (!isRootsAlone(there)) {
      const fix = `Look at what is in it, then: chown root: ${path} && chmod 755 ${path}`;
      return trouble(`${path} must be root's alone: root believes what is in it`, fix, detail);
    }
    // What root has written the other side reads.
    return (there.mode & 0o005) === 0o005
      ? null
      : trouble(`The API can't read what is in ${path}`, `chmod 755 ${path}`, detail);
  }
  if (there.uid !== apiUser.uid) {
    const fix = `chown ${apiUser.uid}:${apiUser.gids[0] ?? 0} ${path}`;
    return trouble(`${path} must belong to the user that the API runs as (${apiUser.uid})`, fix, detail);
  }
  if ((there.mode & 0o700) !== 0o700) {
    return trouble(`The API can't write in its own folder ${path}`, `chmod 755 ${path}`, detail);
  }
  if ((there.mode & 0o002) !== 0) {
    return trouble(`Every user of this device may write in ${path}`, `chmod 755 ${path}`, detail);
  }
  return null;
}

/** The same where one user does everything: whether this very user may write in each folder, or make it. */
export async function lookAtOwnFolders(folders: readonly Folder[], uid: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { path } of folders) {
    const nearest = await nearestThere(path);
    if (seen.has(nearest.path)) continue;
    seen.add(nearest.path);
    const isWritable = await access(nearest.path, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isWritable) continue;
    const { uid: owner } = nearest.stats;
    findings.push(
      trouble(
        `This user (${uid}) may not write in ${nearest.path}, which belongs to ${owner === 0 ? "root" : `user ${owner}`}`,
        "Run Pawl as that user, or let `sudo pawl setup` make folders for both sides",
      ),
    );
  }
  return findings.length > 0 ? findings : [fine(`This user (${uid}) may write in each state folder`)];
}

import { rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Version } from "@pawl/protocol";
import { readManifest } from "@pawl/trust";
import { UpdateError } from "../../error.ts";
import { ensureFolder, syncFolder, writeFileDurably } from "../../store/atomic-file.ts";
import type { InstalledStore } from "../../store/installed.ts";
import type { Run } from "../../system/types.ts";
import type { Report } from "../types.ts";
import { mirror } from "./adopt-copy.ts";
import { describeTree, type Hashed, hashAhead } from "./adopt-describe.ts";
import {
  type AdoptedPath,
  type Adoption,
  adoptingPath,
  readAdoption,
  removeAdoption,
  saveAdoption,
} from "./adopt-journal.ts";
import { isAcross, moveIn, moveOut, removeOriginal } from "./adopt-move.ts";
import { giveRootBack, lookAtRoot, takeRoot } from "./adopt-root.ts";
import { standingPaths } from "./adopt-standing.ts";
import { adoptedManifest, UNKNOWN_VERSION } from "./adopted-manifest.ts";
import { syncFileSystem } from "./durable.ts";
import { currentTree, kindAt, type Layout, pointCurrent, treeIdentity } from "./layout.ts";
import type { MappedPath } from "./mapped-paths.ts";
import { OpenFolder, removeWhole } from "./open-folder.ts";
import { MANIFEST_PATH } from "./tree.ts";

const NOT_PUT_BACK =
  "What is there could not be made a release, nor put back whole. It is finished with the next update: try again when its cause is gone.";

export interface AdoptParts {
  layout: Layout;
  mapped: readonly MappedPath[];
  installed: InstalledStore;
  run: Run;
}

/** What is to become of what is there. `lists`: the paths that are a release's and not the app's or the owner's. */
export interface ToAdopt extends Pick<Adoption, "tree" | "lists"> {
  /** What the device says it has, if it says anything. */
  version: string | null;
}

/**
 * Makes what stands at the mapped paths the tree `tree`, with the links into `current` in its place, and that tree the
 * current one. While the services are stopped only names change; what has to be read or copied is so before. Journaled:
 * it is finished by whoever runs it again, or by `finishAdoption`; when a step fails, everything is put back and the
 * error thrown. One that is under way is finished whether the services stop or not. Gives the tree's version.
 */
export async function adopt(
  parts: AdoptParts,
  toAdopt: ToAdopt,
  report: Report,
  whileStopped: (work: () => Promise<void>) => Promise<void>,
): Promise<string> {
  const { layout, mapped } = parts;
  const underway = await readAdoption(layout, mapped);
  if (!underway && (await currentTree(layout)) === toAdopt.tree) return versionOf(parts, toAdopt.tree);
  const adoption = underway ?? (await prepare(parts, toAdopt));
  const hashed = underway ? undefined : await hashAhead(adoption.paths, adoption.lists);
  let isTried = false;
  const work = async () => {
    isTried = true;
    try {
      const begun = underway ?? { ...adoption, ...(await lookAtRoot(adoption.paths)) };
      if (!underway) await saveAdoption(layout, begun);
      if (begun.ownManifest) report.line(keptBeside(begun.ownManifest), "warn");
      await finish(parts, begun, hashed);
    } catch (error) {
      await putBack(parts, adoption.tree, error);
      throw error;
    }
  };
  await whileStopped(work).catch(async (error) => {
    if (!underway || isTried) throw error;
    report.line(words(error), "warn");
    // The app's path may not be there at all: worse than what still runs.
    await work();
  });
  return versionOf(parts, adoption.tree);
}

/**
 * Finishes an adoption that a dead process left, or puts everything back, without starting or stopping anything: meant
 * for the time before the services run. Gives the version of what is a release now, or null when there was nothing to
 * finish or it was put back. Throws when neither could be done.
 */
export async function finishAdoption(parts: AdoptParts): Promise<string | null> {
  const adoption = await readAdoption(parts.layout, parts.mapped);
  if (!adoption) return null;
  try {
    await finish(parts, adoption);
    return await versionOf(parts, adoption.tree);
  } catch (error) {
    await putBack(parts, adoption.tree, error);
    if ((await readAdoption(parts.layout, parts.mapped)) !== null) throw error;
    return null;
  }
}

/** Removes what was copied ahead for an adoption that didn't begin. */
export async function dropCopies({ layout, mapped }: Pick<AdoptParts, "layout" | "mapped">): Promise<void> {
  if ((await readAdoption(layout, mapped)) !== null) return;
  // Without a journal nothing was moved, and there are only copies.
  await removeWhole(adoptingPath(layout));
}

/** Under running services: finds out what can be moved, and copies ahead what can't. */
async function prepare({ layout, mapped }: AdoptParts, { tree, lists, version }: ToAdopt): Promise<Adoption> {
  const root = adoptingPath(layout);
  await dropCopies({ layout, mapped });
  const paths: AdoptedPath[] = [];
  for (const path of await standingPaths(layout, mapped)) {
    const across = await isAcross(path, layout.releases);
    paths.push({ ...path, across });
    if (!across) continue;
    await using folder = await OpenFolder.made(dirname(path.at));
    await mirror({ folder, name: basename(path.at) }, join(root, path.from), { busy: true });
  }
  const known = Version.safeParse(version).data ?? null;
  return { tree, lists, version: known, paths, root: null, ownManifest: null };
}

/** Everything after the journal's first word, forward. Each step may have been done before. */
async function finish(parts: AdoptParts, adoption: Adoption, hashed?: Hashed): Promise<void> {
  const { layout, run, installed } = parts;
  const root = adoptingPath(layout);
  const tree = join(layout.releases, adoption.tree);
  if ((await kindAt(tree)) === null) {
    for (const path of adoption.paths) await moveIn(path, root, run);
    await ensureFolder(root);
    await takeRoot(root, adoption);
    await writeFileDurably(join(root, MANIFEST_PATH), await manifestOf(root, adoption, hashed));
    await rename(root, tree);
    await syncFolder(layout.releases);
  }
  await pointCurrent(layout, adoption.tree);
  await syncFileSystem(layout.home, run);
  const identity = await treeIdentity(layout, adoption.tree);
  await installed.save({
    version: identity?.version ?? UNKNOWN_VERSION,
    manifest_sha256: identity?.manifest_sha256 ?? null,
    channel: null,
    source: null,
    installed_at: null,
    earlier: [],
  });
  for (const path of adoption.paths) await removeOriginal(path);
  await removeAdoption(layout);
}

/** Puts everything back where it was, unless the tree counts already. Throws UpdateError `backup_failed` when it can't. */
async function putBack(parts: AdoptParts, tree: string, error: unknown): Promise<void> {
  await putAllBack(parts, tree).catch((trouble) => {
    throw new UpdateError("backup_failed", NOT_PUT_BACK, {
      detail: `${words(error)}\n${words(trouble)}`,
      cause: error,
    });
  });
}

async function putAllBack({ layout, mapped }: AdoptParts, tree: string): Promise<void> {
  const adoption = await readAdoption(layout, mapped);
  if (!adoption || (await currentTree(layout)) === tree) return;
  const root = adoptingPath(layout);
  if ((await kindAt(root)) === null && (await kindAt(join(layout.releases, tree))) !== null) {
    await rename(join(layout.releases, tree), root);
  }
  await giveRootBack(root, adoption);
  for (const path of [...adoption.paths].reverse()) await moveOut(path, root);
  await removeWhole(root);
  await removeAdoption(layout);
}

async function manifestOf(root: string, { version, lists }: Adoption, hashed?: Hashed): Promise<Uint8Array> {
  const bytes = adoptedManifest(version, await describeTree(root, lists, hashed));
  readManifest(bytes);
  return bytes;
}

async function versionOf({ layout }: AdoptParts, tree: string): Promise<string> {
  return (await treeIdentity(layout, tree))?.version ?? UNKNOWN_VERSION;
}

function keptBeside(name: string): string {
  return `Your ${MANIFEST_PATH} is kept as ${name}: the name ${MANIFEST_PATH} is Pawl's in every release`;
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

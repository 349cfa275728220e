import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Commit, Sha256 } from "@pawl/protocol";
import { isMissing, readTextIfThere } from "../../../store/atomic-file.ts";
import { jsonOrNull } from "../../../store/record.ts";
import { treeLabel } from "../../bundle/copy/tree-label.ts";
import type { InPlace } from "../../types.ts";
import type { KeptWheel, Left, TreeWheels } from "./plan-change.ts";

/** `release.json`: which release a tree is, and what it was staged with. */
export interface TreeRelease {
  /** Whose environment it is for, and which distribution it is of: another's is no way back. */
  python: string;
  distribution: string;
  commit: Commit | null;
  channel: string | null;
  /** What has to be importable. */
  modules: string[];
  /** Of what was there before Pawl nothing was staged: null. */
  wheels: KeptFile[] | null;
}

/** A wheel in a tree's `files/` or `left/`. */
export interface KeptFile {
  name: string;
  version: string;
  file: string;
  sha256: Sha256;
  directUrl: string | null;
}

/** `left/left.json`. */
export interface LeftFile {
  to: string;
  wheels: KeptFile[];
  added: string[];
}

/** Where what a first release replaced is kept: there is no tree it belongs to. */
const BEFORE_FIRST = ".before-first";

/** The names of all trees in a folder of backups. Who may not look into it sees none. */
export async function treeNames(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(unlessOutOfSight([]));
  const isTree = (name: string) => lstat(join(dir, name, "tree.json")).then(() => true, unlessOutOfSight(false));
  const ours = await Promise.all(names.map(async (name) => !name.startsWith(".") && (await isTree(name))));
  return names.filter((_, at) => ours[at]).sort();
}

/** What a tree says it is; null when it isn't one of ours. */
export async function treeRelease(dir: string, tree: string): Promise<TreeRelease | null> {
  const value = (await jsonAt(join(dir, tree, "release.json"))) as TreeRelease | null;
  return typeof value?.python === "string" && typeof value.distribution === "string" ? value : null;
}

/** Which release it is. */
export async function treeIdentity(dir: string, tree: string): Promise<InPlace | null> {
  const label = await treeLabel(dir, tree).catch(unlessOutOfSight(null));
  return label && { ...label, commit: (await treeRelease(dir, tree))?.commit ?? null };
}

/** What it can be put in place from. */
export async function treeWheels(dir: string, tree: string): Promise<TreeWheels> {
  const staged = (await treeRelease(dir, tree))?.wheels ?? null;
  return {
    staged: staged?.map((file) => wheelIn(join(dir, tree, "files"), file)) ?? null,
    left: await leftOf(dir, tree),
  };
}

/** What was taken when a tree was left; null when nothing was, or not all of it. */
async function leftOf(dir: string, tree: string | null): Promise<Left | null> {
  const folder = leftFolder(dir, tree);
  const value = (await jsonAt(join(folder, "left.json"))) as LeftFile | null;
  if (typeof value?.to !== "string" || !Array.isArray(value.wheels) || !Array.isArray(value.added)) return null;
  return { to: value.to, added: value.added, wheels: value.wheels.map((file) => wheelIn(folder, file)) };
}

/** @param tree null: what the first release replaced */
export function leftFolder(dir: string, tree: string | null): string {
  return tree === null ? join(dir, BEFORE_FIRST) : join(dir, tree, "left");
}

export function wheelIn(folder: string, { file, ...wheel }: KeptFile): KeptWheel {
  return { ...wheel, path: join(folder, file) };
}

async function jsonAt(path: string): Promise<unknown> {
  return jsonOrNull((await readTextIfThere(path).catch(unlessOutOfSight(null))) ?? "");
}

/** Who only reads may not be let into the folder: then there is nothing to see. */
function unlessOutOfSight<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error) || (error instanceof Error && "code" in error && error.code === "EACCES")) return otherwise;
    throw error;
  };
}

import { readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { ensureFolder, isMissing } from "../../store/atomic-file.ts";
import type { Ownership } from "./ownership.ts";

/** Lays a link into `shared/` over whatever file or link has the path, in one step. */
export async function linkToShared(tree: string, path: string, ownership: Ownership): Promise<void> {
  await ensureFolder(dirname(join(tree, path)));
  await rename(await madeLinkToShared(tree, path, ownership), join(tree, path));
}

/** The same link under another name, ready to be renamed. */
export async function madeLinkToShared(tree: string, path: string, ownership: Ownership): Promise<string> {
  return madeLink(relative(dirname(join(tree, path)), join(ownership.shared, path)), ownership);
}

/** A new link outside the trees, where nobody looks and no half-done work is taken for somebody's file. */
export async function madeLink(text: string, { moving }: Ownership): Promise<string> {
  const made = join(moving, "link");
  await rm(made, { force: true });
  await symlink(text, made);
  return made;
}

/** Whether what is at a path of a tree is the link to that path in `shared/`. Throws when there is nothing at all. */
export async function leadsToShared(tree: string, path: string, { shared }: Ownership): Promise<boolean> {
  const at = join(tree, path);
  try {
    return resolve(dirname(at), await readlink(at)) === join(shared, path);
  } catch (error) {
    // A running app may have laid a file where a link was a moment ago.
    if (isNotALink(error)) return false;
    throw error;
  }
}

function isNotALink(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EINVAL";
}

/** What is gone by the time one reaches for it in a running tree was a temporary file of its app. */
export async function unlessGone<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  return work.catch((error) => {
    if (isMissing(error)) return otherwise;
    throw error;
  });
}

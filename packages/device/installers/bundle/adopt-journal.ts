import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { TreePath, Version } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { isMissing, syncFolder, writeFileDurably } from "../../store/atomic-file.ts";
import { jsonOrNull } from "../../store/record.ts";
import { checkHome } from "./home-folder.ts";
import { kindAt, type Layout } from "./layout.ts";
import type { MappedPath } from "./mapped-paths.ts";

const Whole = z.number().int().min(0);

/** `adoption.json`: which part of what was there before Pawl becomes which release. There while that is under way. */
const Adoption = z.object({
  /** The name of the tree. */
  tree: Version,
  version: Version.nullable(),
  paths: z.array(
    z.object({
      from: z.string(),
      at: z.string(),
      /** On another file system than the trees: it is copied, the original is set aside and removed in the end. */
      across: z.boolean(),
    }),
  ),
  /** Paths that are a release's; the rest is the app's or the owner's. */
  lists: z.array(TreePath),
  /** Only when a path is the whole tree: what its folder was like, and the name under which its own manifest.json stays. */
  root: z.object({ uid: Whole, gid: Whole, mode: Whole }).nullable(),
  ownManifest: z
    .string()
    .regex(/^manifest\.json\.pawl-old(-\d+)?$/)
    .nullable(),
});

const BY_HAND = "Move what is in releases/.adopting beside it back by hand, remove both, and try again";

export type Adoption = Omit<z.infer<typeof Adoption>, "paths"> & { paths: AdoptedPath[] };

/** A mapped path at which something stands that isn't Pawl's yet. */
export interface AdoptedPath extends MappedPath {
  across: boolean;
}

/**
 * The adoption that was begun and isn't over; null when there is none. Throws UpdateError `state_damaged` for a file that
 * can't be read, which is put aside, or that speaks of paths `pawl.yaml` doesn't map: nothing else on the device is moved
 * because of it. `not_writable` when somebody else may have written it.
 */
export async function readAdoption(layout: Layout, mapped: readonly MappedPath[]): Promise<Adoption | null> {
  const path = journalPath(layout);
  if ((await kindAt(path)) === null) return noneUnless(layout);
  await checkHome(layout);
  const text = await readFile(path, "utf8").catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (text === null) return null;
  const { data } = Adoption.safeParse(jsonOrNull(text));
  if (!data) {
    await rename(path, damagedPath(layout));
    throw damaged(damagedPath(layout), `can't be read. ${BY_HAND}`);
  }
  const paths = data.paths.map(({ from, at, across }) => {
    const known = mapped.find((one) => one.from === from && one.at === at);
    if (!known) throw damaged(path, `speaks of ${at}. Map it under install.bundle.map as before`);
    return { ...known, across };
  });
  return { ...data, paths };
}

/** On disk when it returns. From then on an adoption is finished or undone, by whichever process. */
export async function saveAdoption(layout: Layout, adoption: Adoption): Promise<void> {
  const paths = adoption.paths.map(({ from, at, across }) => ({ from, at, across }));
  await writeFileDurably(journalPath(layout), `${JSON.stringify({ ...adoption, paths }, null, 2)}\n`);
}

/** The adoption is over. */
export async function removeAdoption(layout: Layout): Promise<void> {
  await rm(journalPath(layout), { force: true });
  await syncFolder(layout.home);
}

/** Where the tree comes together. Not a staging name: those are removed, and this may hold the only copy of somebody's files. */
export function adoptingPath(layout: Layout): string {
  return join(layout.releases, ".adopting");
}

function journalPath(layout: Layout): string {
  return join(layout.home, "adoption.json");
}

/** What a journal that was put aside spoke of may still be where the tree was to come together. */
async function noneUnless(layout: Layout): Promise<null> {
  const isHalf = (await kindAt(damagedPath(layout))) !== null && (await kindAt(adoptingPath(layout))) !== null;
  if (isHalf) throw damaged(damagedPath(layout), `couldn't be read. ${BY_HAND}`);
  return null;
}

function damagedPath(layout: Layout): string {
  return `${journalPath(layout)}.damaged`;
}

function damaged(path: string, why: string): UpdateError {
  return new UpdateError("state_damaged", `Taking over what was there before Pawl isn't done, and ${path} ${why}.`, {
    path,
  });
}

import * as z from "zod";
import { UpstreamError } from "../../../catalog/upstream/error.ts";
import { Keyring } from "../../../catalog/upstream/keyring.ts";
import { keysFor } from "../../../catalog/upstream/keys-for.ts";
import { parseSha256sums } from "../../../catalog/upstream/sha256sums.ts";
import { readSignature } from "../../../catalog/upstream/signature-file.ts";
import { LIMITS, readSourceFile, type SourceFile } from "../../../catalog/upstream/source-file.ts";
import type { ReadOptions } from "../../../catalog/upstream/types.ts";
import { verifyUsign } from "../../../catalog/upstream/usign.ts";
import type { BuildRecipe } from "../../types.ts";
import { findArchive } from "./archive-name.ts";

/** What upstream names as a target's ImageBuilder, and by what the next question is a conditional one. */
export const Named = z.object({
  archive: z.string(),
  sha256: z.string(),
  validators: z.object({
    etag: z.string().nullable(),
    lastModified: z.string().nullable(),
    url: z.string(),
    file: z.string(),
    sha256: z.string(),
    keyring: z.string().nullable(),
  }),
});
export type Named = z.infer<typeof Named>;

const FILE = "sha256sums";

/**
 * The ImageBuilder that a target's `sha256sums` names now. With keys that file has to be signed by one of them; a mirror in
 * the middle of its own update is asked once more. `last` is what it said before: it is the answer when nothing has changed.
 *
 * @returns null when the folder has sums, and no ImageBuilder among them
 * @throws UpstreamError `not_found` when there are no sums; ServerError for a key that isn't one
 */
export async function readNamed(recipe: BuildRecipe, last: Named | null, options: ReadOptions): Promise<Named | null> {
  const asking = { ...options, keys: keyringOf(recipe), validators: last?.validators ?? null };
  try {
    return await readOnce(recipe, last, asking);
  } catch (error) {
    // The sums and their signature are two files, of which one may be newer.
    if (!(error instanceof UpstreamError) || error.code !== "signature_wrong") throw error;
    return readOnce(recipe, null, { ...asking, validators: null });
  }
}

/** @throws ServerError config_invalid for a key that isn't one */
export function keyringOf({ keys: { usign, apk } }: BuildRecipe): Keyring {
  return Keyring.parse({ usign: [...usign], apk: [...apk] });
}

async function readOnce(recipe: BuildRecipe, last: Named | null, options: ReadOptions): Promise<Named | null> {
  const folderUrl = `${recipe.upstreamUrl}/${recipe.targetPath}`;
  const read = await readSourceFile(folderUrl, FILE, LIMITS.sums, options);
  if (read === null) return last;
  await checkSignature(read, folderUrl, options);
  const found = findArchive(parseSha256sums(read.fetched.bytes, read.url), recipe.inputs.target);
  if (found === null) return null;
  const { etag, lastModified, sha256 } = read.fetched;
  const keyring = options.keys?.digest ?? null;
  return { ...found, validators: { url: read.url, file: FILE, etag, lastModified, sha256, keyring } };
}

async function checkSignature(read: SourceFile, folderUrl: string, options: ReadOptions): Promise<void> {
  const keys = keysFor("usign", read, options);
  if (!keys) return;
  const { text } = await readSignature(folderUrl, `${FILE}.sig`, options);
  verifyUsign(read.fetched.bytes, text, keys, read.url);
}

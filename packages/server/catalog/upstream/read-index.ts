import { withoutUser } from "./address.ts";
import { UpstreamError } from "./error.ts";
import { INDEX_FILES, type IndexFile } from "./index-files.ts";
import { changed, notModified, readSourceFile, type SourceFile, sameContent } from "./source-file.ts";
import type { Feed, ReadOptions, ReadResult } from "./types.ts";

/**
 * The packages of a folder: a feed of an architecture, a target's own, its kernel modules. Which file they are read from
 * is decided by what is there: `packages.adb`, else `Packages.gz`, `Packages`, `index.json`. The validators remember which
 * it was, so that a refresh is one conditional request.
 *
 * With any key, a file's signature has to be there and be by a key for files of its kind: one for which there is no key,
 * such as `index.json` which is never signed, isn't taken.
 *
 * @param folderUrl without a slash at the end
 * @param feed the feed's name, for its packages
 * @throws UpstreamError `not_found` when the folder has none of these files
 */
export async function readIndex(folderUrl: string, feed: string, options: ReadOptions = {}): Promise<ReadResult<Feed>> {
  const remembered = INDEX_FILES.find(({ file }) => file === options.validators?.file);
  if (remembered) {
    const found = await readIfThere(remembered, folderUrl, feed, options);
    if (found) return found;
  }
  for (const indexFile of INDEX_FILES) {
    const found = indexFile === remembered ? null : await readIfThere(indexFile, folderUrl, feed, options);
    if (found) return found;
  }
  const files = INDEX_FILES.map(({ file }) => file).join(", ");
  const sentence = `${withoutUser(folderUrl)} has no index of packages (${files}).`;
  throw new UpstreamError("not_found", sentence, { upstreamStatus: 404 });
}

async function readIfThere(
  indexFile: IndexFile,
  folderUrl: string,
  feed: string,
  options: ReadOptions,
): Promise<ReadResult<Feed> | null> {
  try {
    return await readFrom(indexFile, folderUrl, feed, options);
  } catch (error) {
    if (error instanceof UpstreamError && error.code === "not_found") return null;
    if (!(error instanceof UpstreamError) || error.code !== "signature_wrong") throw error;
  }
  // A feed that moved between the requests for its index and for its signature looks like this; once more, from the start.
  return await readFrom(indexFile, folderUrl, feed, { ...options, validators: null });
}

async function readFrom(
  indexFile: IndexFile,
  folderUrl: string,
  feed: string,
  options: ReadOptions,
): Promise<ReadResult<Feed>> {
  const read = await readSourceFile(folderUrl, indexFile.file, indexFile.maxBytes, options);
  if (read === null) return notModified(options);
  return await resultOf(indexFile, read, folderUrl, feed, options);
}

async function resultOf(
  indexFile: IndexFile,
  read: SourceFile,
  folderUrl: string,
  feed: string,
  options: ReadOptions,
): Promise<ReadResult<Feed>> {
  const came = read.fetched.bytes.length;
  const { bytes, sha256 } = await indexFile.content(read);
  const same = sameContent(read, sha256, options, came);
  if (same) return same;
  const { trust, parse, transferred } = await indexFile.check({ read, bytes, folderUrl, options });
  const content = { value: parse(feed), trust, sha256, size: bytes.length, transferred: came + transferred };
  return changed(read, content, options);
}

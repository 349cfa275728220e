import type { Model } from "../types.ts";
import { parseFeedsConf } from "./feeds-conf.ts";
import { parseOverviewJson } from "./overview-json.ts";
import { changed, LIMITS, notModified, readSourceFile, sameContent } from "./source-file.ts";
import { parseTargetsJson } from "./targets-json.ts";
import type { ReadOptions, ReadResult, ReleaseList } from "./types.ts";
import { parseVersionsJson } from "./versions-json.ts";

/** `.versions.json` of a distribution. Upstream signs none of the files in this module. */
export function readReleaseList(upstreamUrl: string, options: ReadOptions = {}): Promise<ReadResult<ReleaseList>> {
  return readDocument(upstreamUrl, ".versions.json", LIMITS.document, options, parseVersionsJson);
}

/** `.targets.json` of a version: target → architecture. `versionUrl` is its folder, without a slash at the end. */
export function readTargetList(
  versionUrl: string,
  options: ReadOptions = {},
): Promise<ReadResult<ReadonlyMap<string, string>>> {
  return readDocument(versionUrl, ".targets.json", LIMITS.document, options, parseTargetsJson);
}

/** `.overview.json` of a version. */
export function readModels(versionUrl: string, options: ReadOptions = {}): Promise<ReadResult<readonly Model[]>> {
  return readDocument(versionUrl, ".overview.json", LIMITS.document, options, parseOverviewJson);
}

/** `packages/<architecture>/feeds.conf` of a version: the names of its feeds, `base` first. */
export function readFeedList(
  versionUrl: string,
  architecture: string,
  options: ReadOptions = {},
): Promise<ReadResult<readonly string[]>> {
  return readDocument(`${versionUrl}/packages/${architecture}`, "feeds.conf", LIMITS.feeds, options, parseFeedsConf);
}

async function readDocument<T>(
  folderUrl: string,
  file: string,
  maxBytes: number,
  options: ReadOptions,
  parse: (bytes: Uint8Array, what: string) => T,
): Promise<ReadResult<T>> {
  // No signature covers it, so other keys don't make it another file.
  const unsigned = { ...options, keys: undefined };
  const read = await readSourceFile(folderUrl, file, maxBytes, unsigned);
  if (read === null) return notModified(options);
  const { bytes, sha256 } = read.fetched;
  const transferred = bytes.length;
  const same = sameContent(read, sha256, unsigned, transferred);
  if (same) return same;
  const value = parse(bytes, read.url);
  return changed(read, { value, trust: "unsigned", sha256, size: bytes.length, transferred }, unsigned);
}

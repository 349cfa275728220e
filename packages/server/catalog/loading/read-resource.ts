import { feedOf } from "../paths.ts";
import type { Resource } from "../store/resource.ts";
import type { Content } from "../store/resource-outcomes.ts";
import {
  type Feed,
  type PassedOver,
  type ReadOptions,
  type ReadResult,
  readFeedList,
  readIndex,
  readModels,
  readReleaseList,
  readTarget,
  readTargetList,
  withoutUser,
} from "../upstream/index.ts";
import { toDocument } from "../views/documents.ts";

/** What was read, with what of it isn't stored. */
export type Read = Content & { passedOver?: PassedOver | null };

/** Reads a resource from upstream, conditionally where it was read before, as what is stored of it. */
export async function readResource(
  resource: Resource,
  upstreamUrl: string,
  options: Omit<ReadOptions, "validators">,
): Promise<ReadResult<Read>> {
  const { kind, path } = resource;
  const conditional = { ...options, validators: resource.digest === null ? null : resource.validators };
  const url = /^https?:\/\//.test(path) ? path : `${upstreamUrl}/${path}`;
  switch (kind) {
    case "versions":
      return stored(await readReleaseList(upstreamUrl, conditional), (list) => toDocument("versions", list));
    case "targets":
      return stored(await readTargetList(folderOf(url), conditional), (list) => toDocument("targets", list));
    case "models":
      return stored(await readModels(folderOf(url), conditional), (models) => toDocument("models", models));
    case "target": {
      const [folder, target] = around(url, /\/targets\/([^/]+\/[^/]+)\/profiles\.json$/);
      return stored(await readTarget(folder, target, conditional), (value) => toDocument("target", value));
    }
    case "feeds": {
      const [folder, architecture] = around(url, /\/packages\/([^/]+)\/feeds\.conf$/);
      return stored(await readFeedList(folder, architecture, conditional), (feeds) => toDocument("feeds", feeds));
    }
    case "index":
      return ofIndex(await readIndex(url, feedOf(path), conditional));
  }
}

function stored<T>(result: ReadResult<T>, document: (value: T) => unknown): ReadResult<Content> {
  return result.outcome === "unchanged" ? result : { ...result, value: { document: document(result.value) } };
}

function ofIndex(result: ReadResult<Feed>): ReadResult<Read> {
  if (result.outcome === "unchanged") return result;
  const { packages, passedOver, ...document } = result.value;
  return { ...result, value: { document, packages, passedOver } };
}

function folderOf(url: string): string {
  return url.slice(0, url.lastIndexOf("/"));
}

/** The folder before what matches, and the name in it. */
function around(url: string, pattern: RegExp): [string, string] {
  const match = pattern.exec(url);
  if (!match) throw new Error(`${withoutUser(url)} is no path of ours`);
  return [url.slice(0, match.index), match[1] ?? ""];
}

import type { Resource } from "../store/resource.ts";
import type { Content } from "../store/resource-outcomes.ts";
import type { ResourceKind } from "../types.ts";
import { type DocumentKind, fromDocument } from "../views/documents.ts";

/** Below that many a loss of nearly all may well be meant. */
const MANY = 20;
/** What has to be left of many. */
const SHARE = 0.1;

/** What a resource of each kind lists, one and many. */
const WORDS: Readonly<Record<ResourceKind, readonly [string, string]>> = {
  versions: ["release", "releases"],
  targets: ["target", "targets"],
  models: ["model", "models"],
  target: ["profile", "profiles"],
  feeds: ["feed beside base", "feeds beside base"],
  index: ["package", "packages"],
};

/**
 * Why new content isn't believed that lists none of what there was, or of many less than a tenth: so look files that a
 * mirror has cut off or just begun. Null: it is believed.
 */
export function lossOf({ kind, path }: Pick<Resource, "kind" | "path">, before: number, after: number): string | null {
  const [one, many] = WORDS[kind];
  if (before > 0 && after === 0) return `${path} names no ${one} any more, where it named ${before}.`;
  if (before < MANY || after >= before * SHARE) return null;
  return `${path} names ${after} ${after === 1 ? one : many}, where it named ${before}: less than a tenth is left.`;
}

/** How many of them are in content that was just read. */
export function countIn(kind: ResourceKind, { document, packages }: Content): number {
  return kind === "index" ? (packages?.length ?? 0) : countInDocument(kind, document);
}

/** `base` is a feed of every architecture, and in no file. */
export function countInDocument(kind: DocumentKind, document: unknown): number {
  switch (kind) {
    case "versions":
      return fromDocument(kind, document).versions.length;
    case "targets":
      return fromDocument(kind, document).size;
    case "models":
      return fromDocument(kind, document).length;
    case "target":
      return fromDocument(kind, document).profiles.size;
    case "feeds":
      return fromDocument(kind, document).length - 1;
  }
}

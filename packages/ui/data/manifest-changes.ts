import type { ServerSchemas } from "./server.ts";

export interface PackageChange {
  name: string;
  kind: "added" | "removed" | "changed";
  before: string | null;
  after: string | null;
}

/** What is different between two images, a line each, by name. */
export function packageChanges({ added, removed, changed }: ServerSchemas["ManifestDiff"]): PackageChange[] {
  const all: PackageChange[] = [
    ...added.map(({ name, version }) => ({ name, kind: "added" as const, before: null, after: version })),
    ...removed.map(({ name, version }) => ({ name, kind: "removed" as const, before: version, after: null })),
    ...changed.map(({ name, from, to }) => ({ name, kind: "changed" as const, before: from, after: to })),
  ];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** An id as somebody may have pasted it: also as part of an address. Null: there is none in it. */
export function buildIdIn(text: string): string | null {
  return /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/.exec(text.trim().toLowerCase())?.[0] ?? null;
}

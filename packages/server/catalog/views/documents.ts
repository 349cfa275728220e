import type { Model, Profile, Target } from "../types.ts";
import type { ReleaseList } from "../upstream/index.ts";

/** What is stored of each kind of document: its value as JSON, where maps are lists of their entries. */
export interface Documents {
  versions: ReleaseList;
  targets: ReadonlyMap<string, string>;
  models: readonly Model[];
  target: Target;
  feeds: readonly string[];
}

export type DocumentKind = keyof Documents;

type Entries<T> = readonly (readonly [string, T])[];
type StoredTarget = Omit<Target, "profiles" | "aliases"> & { profiles: readonly Profile[]; aliases: Entries<string> };

/** What `fromDocument` makes the same value of again. */
export function toDocument<K extends DocumentKind>(kind: K, value: Documents[K]): unknown {
  if (kind === "targets") return [...(value as Documents["targets"])];
  if (kind !== "target") return value;
  const target = value as Target;
  const stored: StoredTarget = { ...target, profiles: [...target.profiles.values()], aliases: [...target.aliases] };
  return stored;
}

/** The document has been checked when it was read from upstream, and only we write the database. */
export function fromDocument<K extends DocumentKind>(kind: K, document: unknown): Documents[K];
export function fromDocument(kind: DocumentKind, document: unknown): Documents[DocumentKind] {
  switch (kind) {
    case "versions":
      return document as ReleaseList;
    case "targets":
      return new Map(document as Entries<string>);
    case "models":
      return document as readonly Model[];
    case "feeds":
      return document as readonly string[];
    case "target": {
      const stored = document as StoredTarget;
      const profiles = new Map(stored.profiles.map((profile) => [profile.name, profile]));
      return { ...stored, profiles, aliases: new Map(stored.aliases) };
    }
  }
}

import { randomBytes } from "node:crypto";

/** What a store says of itself, in a small file of its own that every kind of store has: `.store-id`. */
export interface Mark {
  /** The same for all who use it, whatever they call it, and no other store's. */
  id: string;
  /** Whose builds are in it: the first one that used it (`databaseId`). Null: nobody has said. */
  database: string | null;
}

export const MARK_NAME = ".store-id";
/** More than any of ours has, in bytes. */
export const LONGEST_MARK = 1_000;

export function newMark(database: string): Mark {
  return { id: randomBytes(16).toString("hex"), database };
}

/** Null for what isn't one. */
export function parseMark(text: string | null): Mark | null {
  const [id = "", database = null] = (text ?? "").trim().split(/\s+/);
  return id === "" ? null : { id, database };
}

export function formatMark({ id, database }: Mark): string {
  return database === null ? `${id}\n` : `${id} ${database}\n`;
}

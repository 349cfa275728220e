import { createHash } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { ServerError } from "../error.ts";

/** What every list takes. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(100).openapi({ description: "How many at most." }),
  cursor: z.string().max(600).optional().openapi({ description: "`next` of the answer before; nothing begins anew." }),
};

/** What every list answers. */
export function listOf<T extends z.ZodType>(item: T) {
  return {
    items: z.array(item),
    next: z.string().nullable().openapi({ description: "Cursor of what comes after; null at the end." }),
  };
}

export interface PageRequest<T> {
  limit: number;
  cursor: string | undefined;
  /** What the list is of: path and filters. A cursor of another list is refused. */
  scope: string;
  keyOf(item: T): string;
}

/**
 * A part of a list. A cursor names the last item that was seen, so that a list which changes in between neither repeats
 * nor leaves out; where that item is gone it goes on at the same place.
 * @throws bad_request for a cursor that isn't from an answer to the same question
 */
export function page<T>(
  items: readonly T[],
  { limit, cursor, scope, keyOf }: PageRequest<T>,
): { items: T[]; next: string | null } {
  const from = cursor === undefined ? 0 : after(items, readCursor(cursor, scope), keyOf);
  const shown = items.slice(from, from + limit);
  const last = shown.at(-1);
  const isEnd = last === undefined || from + limit >= items.length;
  return { items: shown, next: isEnd ? null : writeCursor({ at: from + limit, key: keyOf(last) }, scope) };
}

/**
 * The cursor of a list that the database pages through: it names the last item by the columns it is ordered by.
 * @param scope what the list is of: a cursor of another list is refused
 */
export function keyCursor(key: readonly string[], scope: string): string {
  return writeCursor({ at: 0, key: JSON.stringify(key) }, scope);
}

/** The columns that `keyCursor` was given. @throws bad_request */
export function readKeyCursor(cursor: string, scope: string, columns: number): string[] {
  const parsed = z
    .array(z.string())
    .length(columns)
    .safeParse(jsonOrNull(readCursor(cursor, scope).key));
  if (!parsed.success) throw badCursor();
  return parsed.data;
}

interface Position {
  at: number;
  key: string;
}

function after<T>(items: readonly T[], { at, key }: Position, keyOf: (item: T) => string): number {
  const before = items[at - 1];
  if (before !== undefined && keyOf(before) === key) return at;
  const found = items.findIndex((item) => keyOf(item) === key);
  return found === -1 ? at : found + 1;
}

function writeCursor({ at, key }: Position, scope: string): string {
  const content = JSON.stringify([at, key]);
  return Buffer.from(check(content, scope) + content).toString("base64url");
}

const Content = z.tuple([z.int().min(0), z.string()]);

function readCursor(cursor: string, scope: string): Position {
  const text = Buffer.from(cursor, "base64url").toString();
  const content = text.slice(CHECK_LENGTH);
  const isOurs = check(content, scope) === text.slice(0, CHECK_LENGTH);
  const parsed = isOurs ? Content.safeParse(jsonOrNull(content)) : null;
  if (!parsed?.success) throw badCursor();
  const [at, key] = parsed.data;
  return { at, key };
}

function badCursor(): ServerError {
  return new ServerError("bad_request", "This cursor is not from an answer to the same question; begin without one.", {
    fields: { field: "cursor", in: "query" },
  });
}

/** No secret: a cursor gives away nothing and lets nobody in. It keeps one of another list from being taken for one of this. */
const CHECK_LENGTH = 12;
function check(content: string, scope: string): string {
  return createHash("sha256").update(`${scope}\n${content}`).digest("base64url").slice(0, CHECK_LENGTH);
}

/** Whoever reads how a cursor is made can make one of anything. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

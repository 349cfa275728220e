import type { Outcome, UpdateResult } from "@pawl/protocol";

export const HISTORY_SORTS = ["newest", "oldest"] as const;
export type HistorySort = (typeof HISTORY_SORTS)[number];

export interface HistoryAsk {
  limit: number;
  /** `next` of the page before; undefined: the first one. */
  cursor?: string | undefined;
  sort: HistorySort;
  /** Only those that ended so; undefined: all. */
  results?: readonly UpdateResult[] | undefined;
}

export interface HistoryPage {
  updates: Outcome[];
  /** Cursor of what comes after; null at the end. */
  next: string | null;
  /** On all pages. */
  total: number;
}

/**
 * A part of the history. A cursor is the id of the last update that was seen: ids sort by time, so that one which ends in
 * between neither repeats a line nor leaves one out.
 *
 * @param all newest first
 */
export function historyPage(all: readonly Outcome[], { limit, cursor, sort, results }: HistoryAsk): HistoryPage {
  const wanted = all.filter(({ result }) => results?.includes(result) ?? true);
  const inOrder = sort === "newest" ? wanted : [...wanted].reverse();
  const comesAfter = ({ id }: Outcome) => cursor === undefined || (sort === "newest" ? id < cursor : id > cursor);
  const left = inOrder.filter(comesAfter);
  const updates = left.slice(0, limit);
  const next = left.length > limit ? (updates.at(-1)?.id ?? null) : null;
  return { updates, next, total: wanted.length };
}

import { refuse } from "./refusal.ts";

/** The items that a list answers with, by the `limit` and `cursor` of its query. The cursor is the place of the next one. */
export function pageOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  otherwise = 100,
): { items: T[]; next: string | null } {
  const limit = Number(query.get("limit") ?? otherwise);
  const from = Number(query.get("cursor") ?? 0);
  if (!(limit >= 1 && limit <= 500))
    throw refuse(400, "bad_request", "limit is 1 to 500.", { fields: { field: "limit", in: "query" } });
  if (!Number.isInteger(from)) throw refuse(400, "bad_request", "This cursor is none of ours.");
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next };
}

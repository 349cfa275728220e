import type { Known } from "../../catalog/types.ts";
import { type Representation, send } from "../../http/representation.ts";

/** An answer to a GET, with what of the catalog it was made from. */
export interface Shown {
  representation: Representation;
  from: readonly Freshness[];
}

type Freshness = Pick<Known<unknown>, "checkedAt" | "trouble">;

/** What couldn't be refreshed says how old it is, of several the oldest (RFC 9111 §5.1), in seconds. */
export function sendShown(
  request: Request,
  { representation, from }: Shown,
  now: Date,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const stale = from.filter(({ trouble }) => trouble !== null).map(({ checkedAt }) => checkedAt.getTime());
  if (stale.length === 0) return send(request, representation, { headers });
  const age = Math.max(0, Math.round((now.getTime() - Math.min(...stale)) / 1000));
  return send(request, representation, { headers: { ...headers, age: String(age) } });
}

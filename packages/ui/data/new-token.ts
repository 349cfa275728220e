import type { ServerSchemas } from "./server.ts";

/** What lacks before a token can be made; null: nothing. */
export function newTokenTrouble({
  name,
  scopes,
}: Pick<ServerSchemas["NewToken"], "name" | "scopes">): "name" | "scopes" | null {
  if (!/^[a-z0-9][\w .@-]{0,63}$/i.test(name)) return "name";
  return scopes.length === 0 ? "scopes" : null;
}

/** When it ends; null: never. @param days as somebody has chosen them @param now in milliseconds since 1970 */
export function expiryOf(days: string, now: number): string | null {
  const count = Number(days);
  return count > 0 ? new Date(now + count * 86_400_000).toISOString() : null;
}

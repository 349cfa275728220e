import type { TokenInfo } from "../auth/types.ts";

/** Who has changed something, for the log: lines of that kind have `"audit": true`. */
export function callerName(token: Pick<TokenInfo, "name"> | null): string {
  return token === null ? "nobody" : `token ${token.name}`;
}

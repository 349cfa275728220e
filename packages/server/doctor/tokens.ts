import { type Finding, fine, warning } from "@pawl/device/doctor";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { counted } from "./looks.ts";

interface Token {
  name: string;
  expires_at: Date | null;
}

/** So long before its end a token is worth a word, in milliseconds. */
const SOON = 7 * 86_400_000;

export async function lookAtTokens(kysely: Kysely<Tables>, now: Date): Promise<Finding[]> {
  const tokens = await kysely.selectFrom("api_token").select(["name", "expires_at"]).orderBy("name").execute();
  return assessTokens(tokens, now);
}

/** Which tokens have ended, or are about to. Pure. */
export function assessTokens(tokens: readonly Token[], now: Date): Finding[] {
  if (tokens.length === 0) return [fine("There are no tokens: nobody changes anything over the API")];
  const endsWithin = (ms: number) =>
    tokens.filter(({ expires_at }) => expires_at !== null && expires_at.getTime() <= now.getTime() + ms);
  const ended = endsWithin(0);
  const soon = endsWithin(SOON).filter((token) => !ended.includes(token));
  return [
    ...ended.map(({ name }) =>
      warning(`The token ${name} has ended`, `pawl token revoke "${name}", and make another if it is needed`),
    ),
    ...soon.map(({ name, expires_at }) =>
      warning(
        `The token ${name} ends on ${expires_at?.toISOString().slice(0, 10)}`,
        "Make its successor: pawl token create",
      ),
    ),
    ...(ended.length + soon.length === 0 ? [fine(`${counted(tokens.length, "token")}, none of them at its end`)] : []),
  ];
}

import { z } from "@hono/zod-openapi";
import { callerName } from "../http/caller-name.ts";
import { nothing, operation, value } from "../http/operation.ts";
import { SCOPES } from "./scopes.ts";
import type { TokenInfo } from "./types.ts";

const ScopeName = z.enum(SCOPES).openapi("Scope");

const Token = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(ScopeName),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .openapi("Token");

const TokenList = z.object({ items: z.array(Token), next: z.null() }).openapi("TokenList");
const MadeToken = Token.extend({ token: z.string().openapi({ description: "Shown only now." }) }).openapi("MadeToken");

const NewToken = z
  .strictObject({
    name: z.string().max(64),
    scopes: z.array(ScopeName).min(1),
    expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
  })
  .openapi("NewToken");

const ofTokens = { tag: "tokens", scope: "admin" } as const;

/** Who may do what needs a scope. */
export const tokenOperations = [
  operation({
    ...ofTokens,
    method: "get",
    path: "/api/v2/tokens",
    id: "listTokens",
    summary: "The tokens there are, without the tokens themselves",
    answer: TokenList,
    handle: async (_, { tokens }) => value({ items: (await tokens.list()).map(tokenAnswer), next: null }),
  }),
  operation({
    ...ofTokens,
    method: "post",
    path: "/api/v2/tokens",
    id: "createToken",
    summary: "Make a token",
    body: NewToken,
    answer: MadeToken,
    statuses: [201],
    async handle({ body: { name, scopes, expires_at }, token: caller }, { tokens, log }) {
      const expiresAt = expires_at === null ? null : new Date(expires_at);
      const { token, info } = await tokens.create({ name, scopes, expiresAt });
      log.info({ audit: true, by: callerName(caller), name, scopes, expiresAt }, "token made");
      return value({ ...tokenAnswer(info), token }, 201);
    },
  }),
  operation({
    ...ofTokens,
    method: "delete",
    path: "/api/v2/tokens/{token}",
    id: "revokeToken",
    summary: "Make a token worthless, by its id or its name",
    params: z.object({ token: z.string().regex(/^[\w .@-]{1,64}$/, "an id or a name, not the token itself") }),
    errors: ["not_found"],
    async handle({ params, token }, { tokens, log }) {
      await tokens.revoke(params.token);
      log.info({ audit: true, by: callerName(token), name: params.token }, "token revoked");
      return nothing;
    },
  }),
];

function tokenAnswer({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: TokenInfo): z.input<typeof Token> {
  return {
    id,
    name,
    scopes: [...scopes],
    created_at: createdAt.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}

import { ErrorAnswer, type FailureCode } from "@pawl/protocol";
import { statusCodeOf } from "../status-code.ts";
import { refTo } from "./schemas.ts";

type Json = Record<string, unknown>;

/** The answers to a call that fails in one of these ways, by HTTP status. */
export function errorResponses(codes: readonly FailureCode[]): Record<string, Json> {
  const byStatus = new Map<number, FailureCode[]>();
  for (const code of codes) {
    const status = statusCodeOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, those]) => [status, responseOf(status, those)]);
  return Object.fromEntries(responses);
}

const HEADERS: Readonly<Record<number, Json>> = {
  401: { "WWW-Authenticate": { schema: { type: "string" } } },
  429: { "Retry-After": { description: "In seconds.", schema: { type: "integer" } } },
};

function responseOf(status: number, codes: readonly FailureCode[]): Json {
  return {
    description: `Code: ${codes.join(", ")}.`,
    ...(HEADERS[status] && { headers: HEADERS[status] }),
    content: { "application/json": { schema: refTo(ErrorAnswer) } },
    "x-codes": codes,
  };
}

import type { Call } from "./caller.ts";
import type { Question } from "./questions.ts";

/** One thing about a question that no client in its right mind sends. */
export interface Spoiling {
  what: "segment" | "query" | "field" | "body" | "method" | "token" | "header";
  /** Which of several. */
  at: number;
  text: string;
  json: unknown;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
const HEADERS = [
  "accept-encoding",
  "content-type",
  "if-none-match",
  "origin",
  "x-forwarded-for",
  "x-request-id",
  "range",
];

/** The request that goes out for a question, spoilt or not. @param token is sent with calls of the server's own API */
export function toCall(question: Question, token: string, spoiling: Spoiling | null): Call {
  const { what, at, text, json } = spoiling ?? { what: null, at: 0, text: "", json: null };
  const segments = question.segments.map((segment, index) =>
    what === "segment" && index === 1 + (at % Math.max(1, question.segments.length - 1)) ? text : segment,
  );
  const query = { ...question.query };
  if (what === "query") query[[...Object.keys(query), "limit", "cursor", "n", "branch"][at % 5] ?? "limit"] = text;
  let body = question.body === undefined ? undefined : JSON.stringify(question.body);
  if (what === "field" && body !== undefined) body = JSON.stringify(withOtherField(question.body as object, at, json));
  if (what === "body" && body !== undefined) body = at % 2 ? text : body.slice(0, at % body.length) + text;
  const isOwn = segments[1] === "v2";
  const headers: Record<string, string> = {};
  if (isOwn && what !== "token") headers.authorization = `Bearer ${token}`;
  if (what === "token") headers.authorization = `Bearer ${asHeader(text)}`;
  if (what === "header") headers[HEADERS[at % HEADERS.length] ?? "range"] = asHeader(text);
  return {
    method: what === "method" ? METHODS[at % METHODS.length] : question.method,
    path: `/${segments.map(encoded).join("/")}${queryOf(query)}`,
    headers,
    body,
    chunked: body !== undefined && at % 3 === 0,
  };
}

function queryOf(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

function withOtherField(body: object, at: number, json: unknown): object {
  const names = [...Object.keys(body), "__proto__", "packages", "installed", "defaults", "repositories"];
  const name = names[at % names.length] ?? "packages";
  const entries = Object.entries(body).filter(([other]) => other !== name);
  // Every fourth time it isn't there at all. From entries: `__proto__` is to be a field like any other.
  return Object.fromEntries(at % 4 === 0 ? entries : [...entries, [name, json]]);
}

/** Lone surrogates become bytes that are no UTF-8. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return "%ED%A0%80";
  }
}

/** What Node lets a client send. */
function asHeader(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]/g, "?").trim();
}

import type { Answered, Call } from "./caller.ts";

/** Looks at what every answer has to have, whatever was asked. @throws with what is wrong */
export function assertSane({ method = "GET", path }: Call, answer: Answered): void {
  const { status, headers, text } = answer;
  const wrong = (what: string) =>
    new Error(`${method} ${path} is ${status} and ${what}: ${JSON.stringify(headers)} ${text.slice(0, 500)}`);
  if (!/^[\w.:-]{1,128}$/.test(String(headers["x-request-id"]))) throw wrong("has no request id");
  if (headers["access-control-allow-origin"] !== "*") throw wrong("can't be read by pages");
  const isEmpty = method === "HEAD" || status === 204 || status === 304;
  if (isEmpty && text !== "") throw wrong("has a body");
  if (!isEmpty && text !== "" && headers["content-type"] === undefined) throw wrong("says no type");
  if (isEmpty && method !== "HEAD" && headers["content-type"] !== undefined) throw wrong("says a type of nothing");
  if (status === 304 && headers.etag === undefined) throw wrong("has no ETag");
  if (status === 405 && headers.allow === undefined) throw wrong("doesn't say what is allowed");
  if (status === 401 && headers["www-authenticate"] === undefined) throw wrong("doesn't say how to come in");
  if ((status === 301 || status === 302) && !headers.location) throw wrong("leads nowhere");
  if ((status === 429 || status === 503) && !(Number(headers["retry-after"]) > 0))
    throw wrong("doesn't say when to come back");
  if (status >= 400 && !isEmpty && !hasSentence(answer.json)) throw wrong("has no words for it");
}

/** v2 `{error: {code, message}}`, v1 `{detail}`, v0 `{error}`; where v0 knows nothing, `{}` or `[]`. */
function hasSentence(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  if (Object.keys(json).length === 0) return true;
  const { error, detail } = json as { error?: unknown; detail?: unknown };
  const words = typeof error === "object" && error !== null && "message" in error ? error.message : (error ?? detail);
  return (typeof words === "string" && words !== "") || (Array.isArray(words) && words.length > 0);
}

/**
 * Whether a 5xx is a row of the contracts: what isn't loaded yet, a queue that is full (in the current dialect 529), and images for
 * the first generation, which nothing builds yet.
 */
export function isContractRow({ status, headers, json }: Answered): boolean {
  if (status === 529) return json?.title === "Server overloaded" && Number(headers["retry-after"]) > 0;
  if (status !== 503) return false;
  const { code } = json?.error ?? {};
  const words = String(json?.error?.message ?? json?.error ?? json?.detail ?? "");
  return (
    code === "not_loaded" ||
    code === "queue_full" ||
    /^\d+ builds wait already|build images|is still being read|could not be read/.test(words)
  );
}

import type { IncomingHttpHeaders } from "node:http";

const KEPT = Symbol("headers as Node read them");

interface WithHeaders {
  [KEPT]?: IncomingHttpHeaders;
}

/** Lays Node's own headers beside a Request: making a Headers object of them costs more than an answer of 304. */
export function rememberHeaders(request: Request, headers: IncomingHttpHeaders): void {
  (request as WithHeaders)[KEPT] = headers;
}

/** A header by its name in small letters; one that came more than once is joined by commas. */
export function headerOf(request: Request, name: string): string | null {
  const kept = (request as WithHeaders)[KEPT];
  if (!kept) return request.headers.get(name);
  const value = kept[name];
  return Array.isArray(value) ? value.join(", ") : (value ?? null);
}

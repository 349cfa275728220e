import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { ClientRefuses, demand } from "./client-refuses.ts";
import { type Answer, exchange } from "./http.ts";

const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What a page may send to another host without asking first (Fetch, "CORS-safelisted"). */
const SIMPLE_METHODS = new Set(["GET", "HEAD", "POST"]);
const SIMPLE_TYPES = new Set(["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]);
const SIMPLE_HEADERS = new Set(["accept", "accept-language", "content-language", "content-type"]);
/** What it may read of an answer without being allowed to. */
const READABLE = new Set([
  "cache-control",
  "content-language",
  "content-length",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
]);
const UNPACK: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

export interface PageRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** What a page's script sees of an answer. */
export interface PageAnswer {
  status: number;
  /** null where the header is absent, or where the server doesn't let pages of other hosts read it. */
  header(name: string): string | null;
  text: string;
  /** As a Blob, unpacked. */
  bytes: Buffer;
  /** @throws ClientRefuses */
  json(): unknown;
}

/**
 * A browser with a page of `origin` open, `http://192.168.1.1` or where a web application lies. It asks first (preflight)
 * where a browser does, hides what a page may not read, and follows redirects as `fetch` and XMLHttpRequest do.
 */
export class Browser {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async fetch(first: string, request: PageRequest = {}): Promise<PageAnswer> {
    let { method = "GET", body } = request;
    let headers = lowered(request.headers ?? {});
    let url = first;
    let origin = this.#origin;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const cross = new URL(url).origin !== this.#origin || origin === "null";
      if (cross) await preflight(url, method, headers, origin);
      const answer = await exchange(url, {
        method,
        headers: { ...accepts(), ...(cross ? { origin } : {}), ...headers },
        body,
      });
      if (cross) demandAllowedOrigin(answer, origin);
      const location = answer.headers.get("location");
      if (!REDIRECTS.has(answer.status) || location === undefined) return pageAnswer(answer, cross);
      const next = new URL(location, url);
      // Fetch, "HTTP-redirect fetch": a second change of host, and nobody knows any more who asks.
      if (cross && next.origin !== new URL(url).origin) origin = "null";
      if (answer.status === 303 || (answer.status < 303 && method === "POST")) {
        method = "GET";
        body = undefined;
        headers = withoutType(headers);
      }
      url = next.href;
    }
    throw new ClientRefuses(`too many redirects from ${first}`);
  }

  /** A link is no script's business: no page's origin, nobody who asks first, and what comes is saved as it is. */
  async click(first: string): Promise<Answer> {
    let url = first;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await exchange(url, { headers: { ...accepts(), "accept-encoding": "identity" } });
      const location = answer.headers.get("location");
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      url = new URL(location, url).href;
    }
    throw new ClientRefuses(`too many redirects from ${first}`);
  }
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function withoutType({ "content-type": _, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}

function accepts(): Record<string, string> {
  return { accept: "*/*", "accept-encoding": "gzip, deflate, br", "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" };
}

/** Asks whether it may, where a browser does. @throws ClientRefuses when it may not */
async function preflight(url: string, method: string, headers: Record<string, string>, origin: string): Promise<void> {
  const unusual = Object.keys(headers).filter((name) => !isSimple(name, headers[name] ?? ""));
  if (SIMPLE_METHODS.has(method) && unusual.length === 0) return;
  const path = new URL(url).pathname;
  const answer = await exchange(url, {
    method: "OPTIONS",
    headers: {
      ...accepts(),
      origin,
      "access-control-request-method": method,
      ...(unusual.length > 0 ? { "access-control-request-headers": unusual.sort().join(",") } : {}),
    },
  });
  demandAllowedOrigin(answer, origin);
  demand(answer.status >= 200 && answer.status < 300, `the preflight of ${path} is answered with ${answer.status}`);
  const methods = listed(answer, "access-control-allow-methods");
  demand(
    SIMPLE_METHODS.has(method) || methods.has(method.toLowerCase()) || methods.has("*"),
    `the preflight of ${path} doesn't allow ${method}`,
  );
  const allowed = listed(answer, "access-control-allow-headers");
  for (const name of unusual) {
    const covered = allowed.has(name) || (allowed.has("*") && name !== "authorization");
    demand(covered, `the preflight of ${path} doesn't allow the header ${name}`);
  }
}

function isSimple(name: string, value: string): boolean {
  if (name !== "content-type") return SIMPLE_HEADERS.has(name);
  return SIMPLE_TYPES.has(value.split(";")[0]?.trim().toLowerCase() ?? "");
}

function demandAllowedOrigin({ url, headers }: Answer, origin: string): void {
  const allowed = headers.get("access-control-allow-origin");
  demand(
    allowed === "*" || allowed === origin,
    `a page of ${origin} may not read ${new URL(url).pathname}: Access-Control-Allow-Origin is ${allowed ?? "absent"}`,
  );
}

function listed({ headers }: Answer, name: string): Set<string> {
  const words = (headers.get(name) ?? "").split(",").map((word) => word.trim().toLowerCase());
  return new Set(words.filter((word) => word !== ""));
}

function pageAnswer(answer: Answer, cross: boolean): PageAnswer {
  const exposed = listed(answer, "access-control-expose-headers");
  const bytes = unpacked(answer);
  const text = bytes.toString("utf8");
  return {
    status: answer.status,
    text,
    bytes,
    header(name) {
      const wanted = name.toLowerCase();
      const readable = !cross || READABLE.has(wanted) || exposed.has(wanted) || exposed.has("*");
      return readable ? (answer.headers.get(wanted) ?? null) : null;
    },
    json() {
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw new ClientRefuses(`${new URL(answer.url).pathname} is no JSON`, { cause });
      }
    },
  };
}

function unpacked({ url, headers, body }: Answer): Buffer {
  const coding = headers.get("content-encoding") ?? "identity";
  if (coding === "identity" || body.length === 0) return body;
  const unpack = UNPACK[coding];
  demand(unpack !== undefined, `${new URL(url).pathname} is packed as ${coding}, which nobody asked for`);
  try {
    return unpack(body);
  } catch (cause) {
    throw new ClientRefuses(`${new URL(url).pathname} says ${coding} and isn't`, { cause });
  }
}

import { ClientRefuses, demand } from "./client-refuses.ts";
import { type Answer, exchange } from "./http.ts";

/** Bytes of the buffer that auc prints an address into, its end included. */
const URL_BUFFER = 256;
/** libuclient goes after so many redirects. */
const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 307]);

export interface UclientOptions {
  /** `auc (0.0.9)` */
  userAgent: string;
  /** Of what it posts. Default `application/json`; the old ones say `text/json`. */
  contentType?: string;
  /** Whether an address has to fit auc's buffer. Default true. */
  urlBuffer?: boolean;
}

/**
 * HTTP as libuclient speaks it to a server: posts go out in chunks without a length, no connection is kept, nothing is
 * unpacked. Redirects are followed, but a post's body isn't sent a second time. An address that doesn't fit auc's buffer
 * would be cut off, so it is refused.
 */
export class Uclient {
  readonly #userAgent: string;
  readonly #contentType: string;
  readonly #urlBuffer: boolean;

  constructor({ userAgent, contentType = "application/json", urlBuffer = true }: UclientOptions) {
    this.#userAgent = userAgent;
    this.#contentType = contentType;
    this.#urlBuffer = urlBuffer;
  }

  get(url: string): Promise<Answer> {
    return this.#follow("GET", url, undefined);
  }

  head(url: string): Promise<Answer> {
    return this.#follow("HEAD", url, undefined);
  }

  post(url: string, fields: unknown): Promise<Answer> {
    return this.#follow("POST", url, JSON.stringify(fields));
  }

  async #follow(method: string, first: string, fields: string | undefined): Promise<Answer> {
    const fits = !this.#urlBuffer || Buffer.byteLength(first) < URL_BUFFER;
    demand(fits, `the address doesn't fit in ${URL_BUFFER} bytes: ${first}`);
    let url = first;
    let body = fields;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const headers: Record<string, string> = { "user-agent": this.#userAgent };
      if (body !== undefined) headers["content-type"] = this.#contentType;
      const answer = await exchange(url, { method, headers, body, chunked: true });
      const location = answer.headers.get("location");
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      url = new URL(location, url).href;
      // It remains a post, but what it was to say has gone to the first address.
      if (body !== undefined) body = "";
    }
    throw new ClientRefuses(`too many redirects from ${first}`);
  }
}

/** The body as JSON, which libuclient hands over as it came. @throws ClientRefuses */
export function jsonOf({ body, headers, url }: Answer): unknown {
  const path = new URL(url).pathname;
  const packed = headers.get("content-encoding");
  demand(packed === undefined || packed === "identity", `${path} came packed (${packed}), and nobody asked for that`);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new ClientRefuses(`${path} is no JSON`, { cause });
  }
}

/** What it calls the file that it saves: the end of the address up to the first `;` or `&`, with a query if there is one. */
export function fileNameOf(url: string): string {
  const [address = ""] = url.split(/[;&]/);
  return address.replace(/\/+$/, "").split("/").at(-1) ?? "";
}

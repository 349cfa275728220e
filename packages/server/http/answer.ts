import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from "node:http";

/** What pages on other hosts may read of an answer: the headers of every generation's dialect, and ours. */
const EXPOSED = [
  "X-Imagebuilder-Status",
  "X-Queue-Position",
  "X-Build-Queue-Position",
  "X-Unknown-Package",
  "X-Request-Hash",
  "X-Missing-Param",
  "X-Request-Id",
  "ETag",
  "Retry-After",
  "Content-Disposition",
  "Location",
].join(", ");

/**
 * An answer that has what all answers have in common. Here, where its headers are written anyway, that costs next to
 * nothing; a middleware that sets them afterwards costs more than all the rest of a short request.
 */
export class Answer extends ServerResponse<IncomingMessage> {
  requestId = "";
  /** Where the request came from. */
  address = "";
  #isLast = () => false;
  /** Bytes of the body, for the log; null where it isn't known beforehand. */
  length: number | null = null;

  /** Before anything else. `isLast`, asked when the answer goes out: the connection ends with it. */
  begin(requestId: string, address: string, isLast: () => boolean): void {
    this.requestId = requestId;
    this.address = address;
    this.#isLast = isLast;
  }

  override writeHead(
    status: number,
    second?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    third?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    const given = typeof second === "string" ? third : (second ?? third);
    const headers: OutgoingHttpHeaders = {
      "x-request-id": this.requestId,
      "access-control-allow-origin": "*",
      "access-control-expose-headers": EXPOSED,
      "x-content-type-options": "nosniff",
      ...(Array.isArray(given) ? fromPairs(given) : given),
    };
    if (this.#isLast()) headers.connection = "close";
    if (status === 204 || status === 304) withoutBody(headers);
    const length = headers["content-length"] ?? headers["Content-Length"];
    if (length !== undefined) this.length = Number(length);
    return super.writeHead(status, headers);
  }
}

/** RFC 9110 §15.3.5, §15.4.5: of what isn't there neither type nor length is said. */
function withoutBody(headers: OutgoingHttpHeaders): void {
  for (const name of ["content-length", "Content-Length", "content-type", "Content-Type"]) delete headers[name];
}

function fromPairs(pairs: readonly OutgoingHttpHeader[]): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) headers[String(pairs[at])] = pairs[at + 1];
  return headers;
}

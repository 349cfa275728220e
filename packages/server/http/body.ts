import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { ServerError } from "../error.ts";
import type { ServerContext } from "./parts.ts";
import { headerOf } from "./request-header.ts";

/** Deeper than anything a client of any generation sends. */
const MOST_DEPTH = 32;

/**
 * A request's body as JSON, whatever type it is declared as: auc before 2020 sends `text/json`. Sent in chunks or whole,
 * it is read up to `limit` bytes.
 * @throws bad_request, payload_too_large, unsupported_media_type (a compressed body)
 */
export async function readJson(c: ServerContext, limit: number): Promise<unknown> {
  const text = await readText(c, limit);
  if (text.trim() === "") throw new ServerError("bad_request", "The body is empty, and JSON was expected.");
  if (isDeeperThan(text, MOST_DEPTH)) {
    throw new ServerError("bad_request", `The body's JSON is nested deeper than ${MOST_DEPTH} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServerError("bad_request", "The body is not valid JSON.", { cause });
  }
}

/** A request's body as text. @throws as readJson */
export async function readText(c: ServerContext, limit: number): Promise<string> {
  const bytes = await readBody(c, limit);
  if (!isUtf8(bytes)) throw new ServerError("bad_request", "The body is not valid UTF-8.");
  const text = bytes.toString("utf8");
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

async function readBody(c: ServerContext, limit: number): Promise<Buffer> {
  const encoding = headerOf(c.req.raw, "content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new ServerError("unsupported_media_type", "The body is compressed; send it as it is.");
  }
  if (Number(headerOf(c.req.raw, "content-length") ?? 0) > limit) throw tooLarge(limit);
  // Past the Fetch API, whose streams cost more than the rest of a short request.
  const incoming: IncomingMessage | undefined = c.env?.incoming;
  if (incoming) return readIncoming(incoming, limit);
  const bytes = Buffer.from(await c.req.arrayBuffer());
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

/** Bounded in time by the server's requestTimeout. Leaves the connection usable, so that a refusal still goes out. */
function readIncoming(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = () => {
      incoming.off("data", onData);
      incoming.off("end", onEnd);
      incoming.off("error", onBroken);
      incoming.off("close", onBroken);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= limit) return;
      stop();
      incoming.pause();
      reject(tooLarge(limit));
    };
    const onEnd = () => {
      stop();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    };
    const onBroken = (cause?: Error) => {
      stop();
      reject(new ServerError("bad_request", "The body ended before it was whole.", { cause }));
    };
    incoming.on("data", onData);
    incoming.on("end", onEnd);
    incoming.on("error", onBroken);
    incoming.on("close", onBroken);
  });
}

function tooLarge(limit: number): ServerError {
  return new ServerError("payload_too_large", `The body is longer than ${limit} bytes.`, { fields: { limit } });
}

/** Looked at before it is parsed: what walks the parsed value may go down into it by recursion. */
function isDeeperThan(json: string, most: number): boolean {
  if (!hasMoreThan(json, most)) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      if (++depth > most) return true;
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) depth--;
  }
  return false;
}

/** Whether there are so many openings at all. Few bodies have, and to look for them takes next to no time. */
function hasMoreThan(json: string, most: number): boolean {
  let count = 0;
  for (const opening of ["{", "["]) {
    for (let at = json.indexOf(opening); at !== -1; at = json.indexOf(opening, at + 1)) {
      if (++count > most) return true;
    }
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

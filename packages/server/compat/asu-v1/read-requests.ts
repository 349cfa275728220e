import { LRUCache } from "lru-cache";
import { ServerError } from "../../error.ts";
import { readText } from "../../http/body.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { type BuildLimits, type BuildRequest, type ReadBuildRequest, readBuildRequest } from "./build-request.ts";
import { distributionOf } from "./documents.ts";
import type { FieldError } from "./lax-fields.ts";
import { requestHash } from "./request-hash.ts";

/** Characters of all requests that are remembered, and of the longest among them. */
const MOST_REMEMBERED = 8 * 1024 * 1024;
const LONGEST_REMEMBERED = 64 * 1024;

export type ReadRequest = { request: BuildRequest; hash: string } | { errors: readonly FieldError[] };

/**
 * Reads requests for a build. A fleet asks for one image in the same words, so what a text means is remembered: reading and
 * hashing it takes longer than all the rest of an answer that is there already.
 */
export class ReadRequests {
  readonly #parts: Pick<ServerParts, "config">;
  readonly #read = new LRUCache<string, { request: BuildRequest; hash: string }>({
    maxSize: MOST_REMEMBERED,
    maxEntrySize: LONGEST_REMEMBERED,
    // What it was read to takes about as much again.
    sizeCalculation: (_, text) => text.length + 1_000,
  });

  constructor(parts: Pick<ServerParts, "config">) {
    this.#parts = parts;
  }

  /** @throws ServerError payload_too_large, bad_request (not UTF-8, broken off) */
  async read(c: ServerContext): Promise<ReadRequest> {
    const text = await readText(c, this.#parts.config.limits.body_bytes);
    const known = this.#read.get(text);
    if (known) return known;
    const read = readOf(parseBody(text), buildLimits(this.#parts));
    if ("errors" in read) return read;
    const made = { request: read.request, hash: requestHash(read.request) };
    this.#read.set(text, made);
    return made;
  }
}

export function buildLimits(parts: Pick<ServerParts, "config">): BuildLimits {
  return {
    distribution: distributionOf(parts),
    maxDefaultsLength: parts.config.builds.max_defaults_length,
    maxRootfsSizeMb: parts.config.builds.max_custom_rootfs_size_mb,
  };
}

/**
 * A request's body as JSON, whatever type it declares: auc before 2020 says `text/json`. None is `undefined`.
 * @throws ServerError payload_too_large, bad_request (not UTF-8, broken off)
 */
export async function readJsonBody(c: ServerContext, parts: Pick<ServerParts, "config">): Promise<ParsedBody> {
  return parseBody(await readText(c, parts.config.limits.body_bytes));
}

type ParsedBody = { value: unknown } | { errors: readonly FieldError[] };

function readOf(body: ParsedBody, limits: BuildLimits): ReadBuildRequest {
  return "errors" in body ? body : readBuildRequest(body.value, limits);
}

function parseBody(text: string): ParsedBody {
  if (text === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError))
      throw new ServerError("internal", "A body could not be read.", { cause: error });
    return { errors: [wordSyntaxError(error, text)] };
  }
}

function wordSyntaxError(error: SyntaxError, text: string): FieldError {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return {
    type: "json_invalid",
    loc: ["body", position === undefined ? text.length : Number(position)],
    msg: "JSON decode error",
    input: {},
    ctx: { error: position === undefined ? "Expecting value" : "Unexpected character" },
  };
}

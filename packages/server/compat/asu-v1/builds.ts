import { ServerError } from "../../error.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { send } from "../../http/representation.ts";
import { answerInvalid, answerJson, refuse } from "./answers.ts";
import { askForBuild, countRequest, DIALECT } from "./asking.ts";
import { type BuildAnswer, KeptAnswers } from "./kept-answers.ts";
import { ReadRequests } from "./read-requests.ts";

/** The server's parts, and what this dialect remembers of requests and answers. */
export interface BuildParts extends ServerParts {
  requests: ReadRequests;
  answers: KeptAnswers;
}

export function buildParts(parts: ServerParts): BuildParts {
  return { ...parts, requests: new ReadRequests(parts), answers: new KeptAnswers(parts) };
}

/** `POST /api/v1/build`: contract asu-v1 §1.2–§1.4. */
export async function answerBuildRequest(c: ServerContext, parts: BuildParts): Promise<Response> {
  const read = await parts.requests.read(c);
  if ("errors" in read) return answerInvalid(read.errors);
  countRequest(c, parts, read.request);
  const kept = parts.answers.getBuilt(read.hash);
  if (kept) {
    parts.stats.count("build-hit");
    return sendAnswer(c, kept);
  }
  const since = { generation: parts.builds.generation, asked: parts.catalog.generation };
  try {
    const asked = await askForBuild(c, parts, read);
    if ("refusal" in asked) return refuse(400, asked.refusal);
    if ("unknown" in asked) return refuse(422, `Unsupported package(s): ${asked.unknown.join(", ")}`);
    return answered(c, await parts.answers.make(asked, since));
  } catch (error) {
    if (error instanceof ServerError && error.code === "queue_full") return answerOverload(error);
    throw error;
  }
}

/** `GET` and `HEAD /api/v1/build/<request hash>`. Without a promise where the answer is kept: it costs more than finding it. */
export function answerBuildState(c: ServerContext, parts: BuildParts): Response | Promise<Response> {
  const hash = c.req.param("hash") ?? "";
  if (!isRequestHash(hash)) return answerUnknownBuild();
  const kept = parts.answers.get(hash);
  return kept ? sendAnswer(c, kept) : lookUp(c, parts, hash);
}

async function lookUp(c: ServerContext, parts: BuildParts, hash: string): Promise<Response> {
  const since = { generation: parts.builds.generation, asked: null };
  const known = await parts.builds.byAlias(DIALECT, hash);
  return answered(c, known && (await parts.answers.make(known, since)));
}

/** 64 hex digits, as every hash of this dialect has been for as long as a build is kept. */
export function isRequestHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function answered(c: ServerContext, answer: BuildAnswer | null): Response {
  return answer === null ? answerUnknownBuild() : sendAnswer(c, answer);
}

function sendAnswer(c: ServerContext, { status, headers, representation }: BuildAnswer): Response {
  return send(c.req.raw, representation, { status, headers, cacheControl: "no-store" });
}

function answerUnknownBuild(): Response {
  return answerJson({ status: 404, title: "Not Found", detail: "could not find provided request hash" }, 404);
}

/** Its clients know this status from their first server. */
function answerOverload({ fields, retryAfter }: ServerError): Response {
  const detail = `server overload, queue contains too many build requests: ${fields.length}`;
  const headers = { "retry-after": String(retryAfter ?? 60) };
  return answerJson({ status: 529, title: "Server overloaded", detail }, 529, headers);
}

import { ServerError } from "../../error.ts";
import { readText } from "../../http/body.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answerInvalid, answerJson, headerText, refuse } from "./answers.ts";
import { type BuildLimits, type BuildRequest, readBuildRequest } from "./build-request.ts";
import { distributionOf } from "./documents.ts";
import type { FieldError } from "./lax-fields.ts";
import { validateBuild } from "./validate-build.ts";

/** What stands in place of a build. */
export const NO_BUILDS = {
  status: 503,
  sentence: "This server does not build images. The request itself is valid.",
  headers: { "retry-after": "300" },
};

/** `POST /api/v1/build`: contract asu-v1 §1.2, §1.3. */
export async function answerBuildRequest(c: ServerContext, parts: ServerParts): Promise<Response> {
  const body = await readJsonBody(c, parts);
  if ("errors" in body) return answerInvalid(body.errors);
  const read = readBuildRequest(body.value, buildLimits(parts));
  if ("errors" in read) return answerInvalid(read.errors);
  const { request } = read;
  countRequest(c, parts, request);
  const validated = await validateBuild(parts, distributionOf(parts), request);
  if ("refusal" in validated) return refuse(400, validated.refusal);
  return refuse(NO_BUILDS.status, NO_BUILDS.sentence, NO_BUILDS.headers);
}

/** `GET /api/v1/build/<request hash>` */
export async function answerBuildState(): Promise<Response> {
  return answerJson({ status: 404, title: "Not Found", detail: "could not find provided request hash" }, 404);
}

/** None was built before, so each is a miss. */
export function countRequest(c: ServerContext, { stats }: Pick<ServerParts, "stats">, request: BuildRequest): void {
  stats.count("build-request");
  stats.count("client", clientName(request.client, c.req.header("user-agent")));
  stats.count("build-miss");
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
export async function readJsonBody(
  c: ServerContext,
  parts: Pick<ServerParts, "config">,
): Promise<{ value: unknown } | { errors: readonly FieldError[] }> {
  const text = await readText(c, parts.config.limits.body_bytes);
  if (text === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError))
      throw new ServerError("internal", "A body could not be read.", { cause: error });
    return { errors: [wordSyntaxError(error, text)] };
  }
}

/** Who asks: named in the request, else auc by its user agent, else nobody in particular. Short: it is counted by name. */
export function clientName(client: string | null, userAgent: string | undefined): string {
  const name =
    client || (userAgent?.startsWith("auc") ? userAgent.replaceAll(" (", "/").replaceAll(")", "") : "unknown/0");
  return headerText(name).slice(0, 80);
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

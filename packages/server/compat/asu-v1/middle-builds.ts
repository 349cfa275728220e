import type { Version } from "../../catalog/types.ts";
import { asServerError } from "../../http/failure.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answerError, answerJson, headerText, wordFirst } from "./answers.ts";
import { type AskedBuild, askForBuild, countRequest, DIALECT } from "./asking.ts";
import { type Output, wordBuild } from "./build-answer.ts";
import { type BuildRequest, readBuildRequest } from "./build-request.ts";
import { isRequestHash } from "./builds.ts";
import { distributionOf } from "./documents.ts";
import { isObject } from "./lax-fields.ts";
import { pythonTime } from "./python-text.ts";
import { buildLimits, readJsonBody } from "./read-requests.ts";
import { requestHash } from "./request-hash.ts";
import { unknownPackages } from "./unknown-packages.ts";
import { unsupportedProfile } from "./validate-build.ts";
import { findVersion } from "./versions.ts";

/** A build's log among its files: what was made of it is there, whether anything else is or not. */
const LOG = "build.log";

/** `POST /api/build`: the app reads `message`, and sends the same again every 5 s. */
export async function answerOldBuildRequest(c: ServerContext, parts: ServerParts): Promise<Response> {
  try {
    return await answerOldBuild(c, parts);
  } catch (error) {
    return answerLater(error) ?? answerError(error, c, parts, refuseOld);
  }
}

/** What will pass: the app knows no 503 and would turn its wheel for ever, but sends what is queued again. */
const PASSES: ReadonlySet<string> = new Set(["queue_full", "not_loaded", "database_unavailable"]);

function answerLater(error: unknown): Response | null {
  const { code, message, fields } = asServerError(error);
  if (!PASSES.has(code)) return null;
  const queue_position = typeof fields.length === "number" ? fields.length : 0;
  return answerJson({ status: "queued", queue_position, message }, 202);
}

/** `GET /api/build/<request hash>` */
export async function answerOldBuildState(c: ServerContext, parts: ServerParts): Promise<Response> {
  try {
    const hash = c.req.param("hash") ?? "";
    return await answerAsOf2020(parts, isRequestHash(hash) ? await parts.builds.byAlias(DIALECT, hash) : null);
  } catch (error) {
    return answerError(error, c, parts, refuseOld);
  }
}

async function answerOldBuild(c: ServerContext, parts: ServerParts): Promise<Response> {
  const body = await readJsonBody(c, parts);
  const read = "errors" in body ? body : readBuildRequest(body.value, buildLimits(parts), { targetOptional: true });
  if ("errors" in read) return refuseOld(400, wordFirst(read.errors));
  countRequest(c, parts, read.request);
  const request = await withTarget(parts, withVersionAsListed(read.request));
  if (request === null) return refuseOld(400, unsupportedProfile(read.request.profile.replaceAll(",", "_")));
  const installed = "value" in body ? currentVersion(body.value) : null;
  const asked = await askForBuild(
    c,
    parts,
    { request, hash: requestHash(request) },
    { unknownPackages: (plan) => unknownPackages(parts, plan, installed) },
  );
  if ("refusal" in asked) return refuseOld(400, asked.refusal);
  if ("unknown" in asked) {
    const names = asked.unknown.join(", ");
    return refuseOld(422, `Unsupported package(s): ${names}`, { "x-unknown-package": headerText(names) });
  }
  return answerAsOf2020(parts, asked);
}

/** As that generation's server did: states have names of its queue, and what is wrong is in `message`. */
async function answerAsOf2020({ builds }: Pick<ServerParts, "builds">, asked: AskedBuild | null): Promise<Response> {
  const words = asked && wordBuild(asked.build, asked.alias, await outputOf(builds, asked));
  if (!asked || !words) {
    const sentence = "could not find provided request hash";
    return answerJson({ status: "not_found", message: sentence, detail: sentence }, 404);
  }
  const { build, alias } = asked;
  const enqueued = { enqueued_at: pythonTime(build.enqueuedAt.getTime()), request_hash: alias.hash };
  switch (build.state) {
    case "queued":
      return answerJson({ status: "queued", queue_position: words.position, ...enqueued }, 202);
    case "running":
      return answerJson({ status: "started", ...enqueued }, 202);
    case "done": {
      const buildlog = build.result?.files.some(({ name }) => name === LOG) ?? false;
      const build_at = pythonTime(build.finishedAt?.getTime() ?? 0);
      return answerJson({ ...words.body, status: "finished", build_at, buildlog }, 200);
    }
    default:
      return answerJson({ ...words.body, status: "failed", message: words.body.detail, buildlog: false }, 500);
  }
}

/** What is told of one that goes on has no output in it. */
async function outputOf(builds: ServerParts["builds"], { build }: AskedBuild): Promise<Output> {
  return build.state === "done" || build.state === "failed" ? builds.output(build.id) : { stdout: "", stderr: "" };
}

function refuseOld(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return answerJson({ status, message, detail: message }, status, headers);
}

/** What the app says it runs. */
function currentVersion(body: unknown): string | null {
  const version = isObject(body) ? body.current_version : undefined;
  return typeof version === "string" && version !== "" ? listedVersion(version) : null;
}

function listedVersion(version: string): string {
  return /^snapshots?$/i.test(version) ? "SNAPSHOT" : version;
}

function withVersionAsListed(request: BuildRequest): BuildRequest {
  return { ...request, version: listedVersion(request.version) };
}

/** Early clients of this generation say no target; a device's name is enough when but one target has it. Else null. */
async function withTarget(parts: ServerParts, request: BuildRequest): Promise<BuildRequest | null> {
  if (request.target !== "") return request;
  const version = await findVersion(parts.catalog, distributionOf(parts), request.version);
  // What is wrong with the version is said before what is wrong with the device.
  if (!version) return request;
  const targets = await targetsOfProfile(parts, version, request.profile.replaceAll(",", "_"));
  return targets.length === 1 && targets[0] !== undefined ? { ...request, target: targets[0] } : null;
}

async function targetsOfProfile(parts: ServerParts, version: Version, profile: string): Promise<string[]> {
  const { value: models } = await parts.catalog.models(version);
  return [...new Set(models.filter((model) => model.profile === profile).map(({ target }) => target))];
}

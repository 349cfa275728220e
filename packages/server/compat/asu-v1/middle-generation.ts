import type { Version } from "../../catalog/types.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { answerError, answerJson, headerText, sendKnown, wordFirst } from "./answers.ts";
import { branchRows } from "./branches.ts";
import { type BuildRequest, readBuildRequest } from "./build-request.ts";
import { buildLimits, countRequest, NO_BUILDS, readJsonBody } from "./builds.ts";
import { distributionOf, newestOfBranches, oldPackagesPath } from "./documents.ts";
import { isObject } from "./lax-fields.ts";
import { unknownPackages } from "./unknown-packages.ts";
import { unsupportedProfile, validateBuild } from "./validate-build.ts";
import { findVersion } from "./versions.ts";

/** For both answers of `/api/versions`: a cache in between must not hand the one to who wants the other. */
export const BY_ORIGIN = { vary: "Origin, Accept-Encoding" } as const;

/**
 * `/api/versions` as the LuCI app of 2020 wants it, `{"branches": […]}`. It asks from another page's origin and names no
 * distribution; everybody else is of the first generation and gets an array (contract asu-v1 §1.9).
 */
export async function middleGenerationVersions(parts: ServerParts, request: Request): Promise<Response> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  const { rows, digest } = await branchRows(parts, releases, oldPackagesPath);
  const representation = parts.representations.get("asu-v1 old-versions", digest, () => {
    const byName = new Map(rows().map((row) => [row.name, row]));
    const branches = newestOfBranches(releases.value).map(({ branch, latest }) => ({
      ...byName.get(branch.name),
      // The app compares with the installed version in small letters.
      latest: branch.snapshot ? latest.toLowerCase() : latest,
    }));
    return Representation.json({ branches });
  });
  return sendKnown(request, parts, { known: releases, representation }, BY_ORIGIN);
}

/** `POST /api/build`: the app reads `message`, and sends the same again every 5 s. */
export async function answerOldBuildRequest(c: ServerContext, parts: ServerParts): Promise<Response> {
  try {
    return await answerOldBuild(c, parts);
  } catch (error) {
    return answerError(error, c, parts, refuseOld);
  }
}

/** `GET /api/build/<request hash>` */
export async function answerOldBuildState(): Promise<Response> {
  const sentence = "could not find provided request hash";
  return answerJson({ status: "not_found", message: sentence, detail: sentence }, 404);
}

async function answerOldBuild(c: ServerContext, parts: ServerParts): Promise<Response> {
  const body = await readJsonBody(c, parts);
  const read = "errors" in body ? body : readBuildRequest(body.value, buildLimits(parts), { targetOptional: true });
  if ("errors" in read) return refuseOld(400, wordFirst(read.errors));
  countRequest(c, parts, read.request);
  const distribution = distributionOf(parts);
  const request = await withTarget(parts, distribution, withVersionAsListed(read.request));
  if (request === null) return refuseOld(400, unsupportedProfile(read.request.profile.replaceAll(",", "_")));
  const validated = await validateBuild(parts, distribution, request);
  if ("refusal" in validated) return refuseOld(400, validated.refusal);
  const unknown = await unknownPackages(parts, validated.plan, "value" in body ? currentVersion(body.value) : null);
  if (unknown.length > 0) {
    const names = unknown.join(", ");
    return refuseOld(422, `Unsupported package(s): ${names}`, { "x-unknown-package": headerText(names) });
  }
  return refuseOld(NO_BUILDS.status, NO_BUILDS.sentence, NO_BUILDS.headers);
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
async function withTarget(
  parts: ServerParts,
  distribution: string,
  request: BuildRequest,
): Promise<BuildRequest | null> {
  if (request.target !== "") return request;
  const version = await findVersion(parts.catalog, distribution, request.version);
  // What is wrong with the version is said before what is wrong with the device.
  if (!version) return request;
  const targets = await targetsOfProfile(parts, version, request.profile.replaceAll(",", "_"));
  return targets.length === 1 && targets[0] !== undefined ? { ...request, target: targets[0] } : null;
}

async function targetsOfProfile(parts: ServerParts, version: Version, profile: string): Promise<string[]> {
  const { value: models } = await parts.catalog.models(version);
  return [...new Set(models.filter((model) => model.profile === profile).map(({ target }) => target))];
}

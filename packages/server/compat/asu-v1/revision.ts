import { ServerError } from "../../error.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { refuse, sendKnown } from "./answers.ts";
import { distributionOf } from "./documents.ts";
import { isTargetName } from "./validate-build.ts";
import { findVersion, isUnknown } from "./versions.ts";

/**
 * `/api/v1/revision/<version>/<target>/<subtarget>`: what LuCI compares a snapshot with. An answer of upstream's that was
 * no success is passed on with its status; a mirror that doesn't answer is 503 (contract server.md §1).
 */
export async function answerRevision(c: ServerContext, parts: ServerParts): Promise<Response> {
  const { version: name = "", target = "", subtarget = "" } = c.req.param();
  const version = await findVersion(parts.catalog, distributionOf(parts), name);
  if (!version) return refuse(400, `Unsupported version: ${name}`);
  const failed = (status: number) => refuse(status, `Failed to fetch revision for ${name}/${target}/${subtarget}`);
  const of = `${target}/${subtarget}`;
  if (!isTargetName(of)) return failed(404);
  try {
    const known = await parts.catalog.target(version, of);
    const representation = parts.representations.get(`asu-v1 revision ${version.path}/${of}`, known.digest, () =>
      Representation.json({ revision: known.value.versionCode }),
    );
    return sendKnown(c.req.raw, parts, { known, representation });
  } catch (error) {
    if (isUnknown(error, "unknown_target")) return failed(upstreamStatus(error) ?? 404);
    const status = upstreamStatus(error);
    if (status !== null) return failed(status);
    throw error;
  }
}

/** Null when upstream gave no answer, or one that would pass for a success. */
function upstreamStatus(error: unknown): number | null {
  if (!(error instanceof ServerError) || error.upstreamStatus === null) return null;
  return error.upstreamStatus >= 400 && error.upstreamStatus <= 599 ? error.upstreamStatus : null;
}

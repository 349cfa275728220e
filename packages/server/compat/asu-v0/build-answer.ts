import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answer, OVERLOAD_RETRY_AFTER } from "./answers.ts";
import { findBuildRequest, readBuildRequest } from "./build-request.ts";
import { inWordsOf, readFields } from "./handler.ts";

/**
 * POST /api/upgrade-request and /api/build-request: whatever is wrong with a request is said. One that is right gets 503
 * as long as nothing here builds, and without a request_hash: auc would poll for it. @throws what `refusal` words
 */
export async function answerBuildRequest(parts: ServerParts, c: ServerContext): Promise<Response> {
  const fields = await readFields(c, parts);
  const request = readBuildRequest(fields, parts.config.builds.allow_defaults);
  return inWordsOf(request, async () => {
    const places = { catalog: parts.catalog, facts: (name: string) => parts.upgrades.facts(name) };
    await findBuildRequest(places, request, parts.signal);
    if (request.packages !== null) await parts.packageLists.remember(request.packages);
    const sentence = "This server can't build images yet. Please try again later.";
    return answer({ error: sentence }, 503, { "retry-after": String(OVERLOAD_RETRY_AFTER) });
  });
}

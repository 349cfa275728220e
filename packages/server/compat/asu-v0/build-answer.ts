import { isValid } from "../../builds/records.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answer } from "./answers.ts";
import { type AskedBuild, askForBuild, DIALECT, isRequestHash } from "./asking.ts";
import { readBuildRequest } from "./build-request.ts";
import { type BuildWords, type RequestKind, wordBuild, wordImage } from "./build-words.ts";
import { inWordsOf, readFields } from "./handler.ts";
import { type FinishedBuild, isFinished } from "./image-facts.ts";
import type { Image } from "./images.ts";

/**
 * POST /api/upgrade-request and /api/build-request. The LuCI app of 2018 sends the same again every 5 s until there is an
 * image. @throws what `refusal` words
 */
export async function answerBuildRequest(parts: ServerParts, c: ServerContext, kind: RequestKind): Promise<Response> {
  const request = readBuildRequest(await readFields(c, parts), parts.config.builds);
  return inWordsOf(request, async () => {
    const asked = await askForBuild(c, parts, request);
    return answerBuild(parts, asked, kind);
  });
}

/** GET /api/upgrade-request/<request hash>, and /api/build-request/… */
export async function answerBuildState(parts: ServerParts, c: ServerContext, kind: RequestKind): Promise<Response> {
  const requestHash = c.req.param("hash") ?? "";
  const known = isRequestHash(requestHash) ? await parts.builds.byAlias(DIALECT, requestHash) : null;
  if (known === null) return answer({}, 404);
  return answerBuild(parts, { build: known.build, outcome: "joined", requestHash }, kind);
}

async function answerBuild(
  parts: Pick<ServerParts, "images" | "builds" | "clock">,
  { build, outcome, requestHash }: AskedBuild,
  kind: RequestKind,
): Promise<Response> {
  if (!isFinished(build)) return worded(wordBuild(build, { requestHash, isFirst: outcome === "new" }));
  const image = await nameImage(parts, build);
  if (outcome === "hit") parts.images.countHit(image);
  return worded(wordImage(image, { kind, requestHash }));
}

/** By a build that is there: of two that came to the same image the one that has its names may have had to make room. */
async function nameImage(
  { images, builds, clock }: Pick<ServerParts, "images" | "builds" | "clock">,
  build: FinishedBuild,
): Promise<Image> {
  const image = await images.name(build);
  if (image.build === build.id) return image;
  const other = await builds.byId(image.build);
  return other && isFinished(other) && isValid(other, clock()) ? image : images.name(build, image.build);
}

/** What isn't there any more may be asked for again. */
function worded(words: BuildWords | null): Response {
  return words === null ? answer({}, 404) : answer(words.body, words.status, words.headers);
}

import { INDEX_MAX_BYTES, ReleaseIndex } from "@pawl/protocol";
import { fetchBytes, redactUrl, webPageTrouble } from "../../download/index.ts";
import { UpdateError } from "../../error.ts";
import { conditionOf, readCachedIndex, writeCachedIndex } from "./index-cache.ts";

/** How long one read may take, in milliseconds. */
export interface ReadLimits {
  timeoutMs: number;
  idleMs: number;
}

export interface FetchIndexOptions extends ReadLimits {
  headers: Record<string, string>;
  cacheDir: string;
  signal: AbortSignal;
}

/**
 * A host's list of releases and the address it came from, which its relative paths belong to. Asked for conditionally:
 * an unchanged list comes from the cache. Throws `bad_manifest` when it isn't JSON or not such a list, else as fetchBytes.
 */
export async function fetchIndex(
  indexUrl: string,
  { headers, cacheDir, ...options }: FetchIndexOptions,
): Promise<{ index: ReleaseIndex; url: string }> {
  const cached = await readCachedIndex(cacheDir, indexUrl);
  const answer = await fetchBytes(indexUrl, {
    ...options,
    maxBytes: INDEX_MAX_BYTES,
    headers: { ...headers, accept: "application/json", ...(cached ? conditionOf(cached) : {}) },
  });
  if (answer.status === 304 && cached) return { index: cached.index, url: answer.url };
  const page = webPageTrouble(answer.headers, answer.url, "its list of releases");
  if (page) throw page;
  const body = new TextDecoder().decode(answer.bytes);
  const index = parseIndex(body, answer.url);
  await writeCachedIndex(cacheDir, indexUrl, answer.headers, body);
  return { index, url: answer.url };
}

function parseIndex(body: string, url: string): ReleaseIndex {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    const sentence = `The list of releases (${redactUrl(url)}) isn't JSON. Its publisher must repair it.`;
    throw new UpdateError("bad_manifest", sentence, { cause });
  }
  const parsed = ReleaseIndex.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badIndex(url, issue?.path ?? [], issue?.message ?? "is wrong");
}

/** A list of releases that can't be used, with the field that is wrong. */
export function badIndex(url: string, path: readonly PropertyKey[], problem: string): UpdateError {
  const field = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const where = field.replace(/^\./, "") || "the whole";
  return new UpdateError(
    "bad_manifest",
    `The list of releases (${redactUrl(url)}) can't be used: ${where}: ${problem}`,
    {
      detail: where,
    },
  );
}

import { issueWords, ReleaseIndex } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { linkOrNull } from "./address.ts";
import type { Offer } from "./types.ts";

/** The text of an `index.json`. `where`: as people may see it. Throws UpdateError `bad_manifest` that names the field. */
export function parseIndex(text: string, where: string): ReleaseIndex {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const sentence = `The list of releases (${where}) isn't JSON. Its publisher must repair it.`;
    throw new UpdateError("bad_manifest", sentence, { cause });
  }
  const parsed = ReleaseIndex.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badIndex(where, issue?.path ?? [], issueWords(issue?.message ?? "is wrong"));
}

/** What a path of an index means: an address, or what is wrong with it. */
export type ResolvePath = (path: string) => { url: string } | { problem: string };

/** The releases of an index, with whole addresses. Throws UpdateError `bad_manifest` that names the field. */
export function offersOf(index: ReleaseIndex, where: string, resolvePath: ResolvePath): Offer[] {
  return index.releases.map((entry, at) => {
    const resolve = (field: "manifest" | "bundle" | "signature", path: string) => {
      const resolved = resolvePath(path);
      if ("problem" in resolved) throw badIndex(where, ["releases", at, field], resolved.problem);
      return resolved.url;
    };
    return {
      version: entry.version,
      channel: entry.channel,
      published_at: entry.published_at ?? null,
      title: entry.title ?? null,
      notes: entry.notes ?? null,
      notes_url: linkOrNull(entry.notes_url),
      manifest_url: resolve("manifest", entry.manifest),
      signature_url: entry.signature ? resolve("signature", entry.signature) : null,
      bundle_url: resolve("bundle", entry.bundle),
    };
  });
}

function badIndex(where: string, path: readonly PropertyKey[], problem: string): UpdateError {
  const field = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const at = field.replace(/^\./, "") || "the whole";
  const sentence = `The list of releases (${where}) can't be used: ${at}: ${problem}`;
  return new UpdateError("bad_manifest", sentence, { detail: at });
}

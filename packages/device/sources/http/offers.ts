import type { ReleaseIndex } from "@pawl/protocol";
import type { Offer } from "../types.ts";
import { badIndex } from "./fetch-index.ts";

/** The releases of an index with whole addresses. Relative paths belong to `indexUrl`, where the index was read in the end. */
export function offersOf(index: ReleaseIndex, indexUrl: string): Offer[] {
  return index.releases.map((entry, at) => {
    const resolve = (field: "manifest" | "bundle" | "signature", path: string) => {
      const resolved = resolveAddress(path, indexUrl);
      if ("problem" in resolved) throw badIndex(indexUrl, ["releases", at, field], resolved.problem);
      return resolved.url;
    };
    return {
      version: entry.version,
      channel: entry.channel,
      published_at: entry.published_at ?? null,
      title: entry.title ?? null,
      notes: entry.notes ?? null,
      // A page makes a link of it: nothing but a web address may get there.
      notes_url: /^https?:/i.test(entry.notes_url ?? "") ? (entry.notes_url ?? null) : null,
      manifest_url: resolve("manifest", entry.manifest),
      signature_url: entry.signature ? resolve("signature", entry.signature) : null,
      bundle_url: resolve("bundle", entry.bundle),
    };
  });
}

/** An address as an index may write it, or what is wrong with it. */
export function resolveAddress(path: string, indexUrl: string): { url: string } | { problem: string } {
  if (!URL.canParse(path, indexUrl)) return { problem: "isn't an address" };
  const url = new URL(path, indexUrl);
  if (url.protocol !== "https:" && url.protocol !== "http:") return { problem: "must be an http or https address" };
  if (url.protocol === "http:" && indexUrl.startsWith("https:")) {
    return { problem: "must be https, as the list itself is" };
  }
  if (url.username !== "" || url.password !== "") return { problem: "must not contain a user name or password" };
  return { url: url.href };
}

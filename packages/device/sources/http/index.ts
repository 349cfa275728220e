import { type HttpSource, MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { SIGNATURE_MAX_BYTES } from "@pawl/trust";
import { fetchBytes, isAbsent, redactUrl, webPageTrouble } from "../../download/index.ts";
import { accessTo } from "../access.ts";
import { resolveAddress } from "../address.ts";
import { fetchList } from "../fetch-list.ts";
import { readFile } from "../read-file.ts";
import { offersOf, parseIndex } from "../release-index.ts";
import { READ_LIMITS, type ReadLimits, type ReleaseList, type SourceParts } from "../types.ts";

/** A static folder on any web server or CDN (contract device-api.md §6, `index.json`). */
export function httpSource(
  { url, token_file }: HttpSource,
  { cacheDir, userAgent }: SourceParts,
  limits: ReadLimits = READ_LIMITS,
): ReleaseList {
  const indexUrl = indexUrlOf(new URL(url));
  const headersFor = accessTo({ url: new URL(url), token_file, scheme: "Bearer", userAgent });

  return {
    address: redactUrl(indexUrl),

    async offers(signal) {
      const headers = await headersFor(indexUrl);
      const options = { ...limits, headers, cacheDir, cacheName: "http-index.json", signal };
      const list = await fetchList(indexUrl, options);
      const where = redactUrl(list.url);
      return offersOf(parseIndex(list.text, where), where, (path) => resolveAddress(path, list.url));
    },

    async manifest({ manifest_url, signature_url }, signal) {
      const options = { ...limits, headersFor, signal };
      const ofManifest = { ...options, maxBytes: MANIFEST_MAX_BYTES, what: "its release's manifest" };
      const bytes = await readFile(manifest_url, ofManifest);
      if (signature_url !== null) {
        const ofSignature = { ...options, maxBytes: SIGNATURE_MAX_BYTES, what: "its release's signature" };
        return { bytes, signature: await readFile(signature_url, ofSignature) };
      }
      return { bytes, signature: await signatureThatMayBe(signatureBeside(manifest_url), signal) };
    },

    downloadHeaders: headersFor,
  };

  /** Null when the host has none: single-page hosts answer with their page for what they don't have. */
  async function signatureThatMayBe(address: string, signal: AbortSignal): Promise<Uint8Array | null> {
    const options = { ...limits, maxBytes: SIGNATURE_MAX_BYTES, headers: await headersFor(address), signal };
    const answer = await fetchBytes(address, options).catch((error) => {
      if (isAbsent(error)) return null;
      throw error;
    });
    return answer && webPageTrouble(answer.headers, answer.url, "a signature") === null ? answer.bytes : null;
  }
}

/** An address that doesn't end in `.json` is that of the folder. */
function indexUrlOf(configured: URL): string {
  const url = new URL(configured);
  if (!url.pathname.endsWith(".json")) url.pathname = `${url.pathname.replace(/\/$/, "")}/index.json`;
  return url.href;
}

/** Where the signature is when the index doesn't name it: beside the manifest (contract device-api.md §6). */
function signatureBeside(manifestUrl: string): string {
  const url = new URL(manifestUrl);
  url.pathname += ".sig";
  return url.href;
}

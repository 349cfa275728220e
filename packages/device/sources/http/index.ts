import { type HttpSource, MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { SIGNATURE_MAX_BYTES } from "@pawl/trust";
import {
  basicAuthorization,
  type Fetched,
  fetchBytes,
  isAbsent,
  redactUrl,
  webPageTrouble,
} from "../../download/index.ts";
import type { SourceParts } from "../index.ts";
import type { Source } from "../types.ts";
import { fetchIndex, type ReadLimits } from "./fetch-index.ts";
import { offersOf } from "./offers.ts";

const LIMITS: ReadLimits = { timeoutMs: 120_000, idleMs: 15_000 };

/** A static folder on any web server or CDN (contract device-api.md §6, `index.json`). */
export function httpSource(config: HttpSource, parts: SourceParts, limits: ReadLimits = LIMITS): Source {
  const configured = new URL(config.url);
  const indexUrl = indexUrlOf(configured);

  /** Credentials go to the origin they were configured for, to no other. */
  const headersFor = (url: string): Record<string, string> => ({
    "user-agent": parts.userAgent,
    ...(new URL(url).origin === configured.origin ? basicAuthorization(configured) : {}),
  });
  const read = (url: string, maxBytes: number, signal: AbortSignal) =>
    fetchBytes(url, { ...limits, maxBytes, headers: headersFor(url), signal });

  return {
    address: redactUrl(indexUrl),

    async offers(signal) {
      const headers = headersFor(indexUrl);
      const { index, url } = await fetchIndex(indexUrl, { ...limits, headers, cacheDir: parts.cacheDir, signal });
      return offersOf(index, url);
    },

    async manifest({ manifest_url, signature_url }, signal) {
      const manifest = await read(manifest_url, MANIFEST_MAX_BYTES, signal);
      const bytes = bytesOfFile(manifest, "its release's manifest");
      if (signature_url !== null) {
        const listed = await read(signature_url, SIGNATURE_MAX_BYTES, signal);
        return { bytes, signature: bytesOfFile(listed, "its release's signature") };
      }
      const beside = await read(signatureBeside(manifest_url), SIGNATURE_MAX_BYTES, signal).catch((error) => {
        if (isAbsent(error)) return null;
        throw error;
      });
      // Single-page hosts answer with their page for what they don't have.
      const isThere = beside !== null && webPageTrouble(beside.headers, beside.url, "a signature") === null;
      return { bytes, signature: isThere ? beside.bytes : null };
    },

    downloadHeaders: async (url) => headersFor(url),
  };
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

function bytesOfFile({ bytes, headers, url }: Fetched, what: string): Uint8Array {
  const page = webPageTrouble(headers, url, what);
  if (page) throw page;
  return bytes;
}

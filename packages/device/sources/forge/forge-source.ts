import { MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { SIGNATURE_MAX_BYTES } from "@pawl/trust";
import { readFile } from "../read-file.ts";
import type { ReadLimits, ReleaseList } from "../types.ts";
import type { Forge } from "./forge.ts";
import { listReleases } from "./list-releases.ts";
import { limitInWords, listTroubleInWords } from "./words.ts";

/** The releases of a repository, with their files as assets (contract device-api.md §6). */
export function forgeSource(forge: Forge, { cacheDir, limits }: { cacheDir: string; limits: ReadLimits }): ReleaseList {
  const { address, headersFor } = forge;
  const read = (url: string, maxBytes: number, what: string, signal: AbortSignal) =>
    readFile(url, { ...limits, maxBytes, what, headersFor, signal });

  return {
    address,

    async offers(signal) {
      return listReleases(forge, { cacheDir, limits, signal }).catch((error) => {
        throw listTroubleInWords(error, forge);
      });
    },

    async manifest({ manifest_url, signature_url }, signal) {
      try {
        const bytes = await read(manifest_url, MANIFEST_MAX_BYTES, "its release's manifest", signal);
        if (signature_url === null) return { bytes, signature: null };
        return { bytes, signature: await read(signature_url, SIGNATURE_MAX_BYTES, "its release's signature", signal) };
      } catch (error) {
        throw limitInWords(error, forge);
      }
    },

    downloadHeaders: headersFor,
  };
}

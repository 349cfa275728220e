import { withoutUser } from "./address.ts";
import { UpstreamError } from "./error.ts";
import { LIMITS, readWholeFile } from "./source-file.ts";
import { textOf } from "./text-document.ts";
import type { ReadOptions } from "./types.ts";

/** A detached signature. One that isn't there is `signature_missing`: it is only read where a key is configured. */
export async function readSignature(
  folderUrl: string,
  file: string,
  options: ReadOptions,
): Promise<{ text: string; transferred: number }> {
  try {
    const { url, fetched } = await readWholeFile(folderUrl, file, LIMITS.signature, options);
    return { text: textOf(fetched.bytes, url), transferred: fetched.bytes.length };
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== "not_found") throw error;
    const sentence = `A signature is wanted, and ${withoutUser(folderUrl)}/${file} isn't there.`;
    throw new UpstreamError("signature_missing", sentence, { cause: error });
  }
}

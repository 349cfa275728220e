import { UpstreamError } from "./error.ts";
import type { Keyring } from "./keyring.ts";
import type { SourceFile } from "./source-file.ts";

/**
 * The keys that may have signed a file of a kind; null when the distribution has no key at all, and nothing is checked.
 * With keys for the other kind only it is refused: else a mirror could choose the kind that nobody checks.
 *
 * @throws UpstreamError `signature_missing`
 */
export function keysFor<K extends "usign" | "apk">(
  kind: K,
  { url }: Pick<SourceFile, "url">,
  { keys }: { keys?: Keyring | undefined },
): Keyring[K] | null {
  if (!keys || keys.isEmpty) return null;
  if (keys[kind].length > 0) return keys[kind];
  const sentence = `A signature is wanted, and ${url} is of a kind that ${kind} keys sign: none is configured.`;
  throw new UpstreamError("signature_missing", sentence);
}

/** The largest real feed has about 12,000. */
export const MOST_PACKAGES = 250_000;
export const MOST_DEPENDENCIES = 2_000;

const LONGEST_DESCRIPTION = 16_384;

/** A description as it may be shown: without control characters but line ends, cut at 16,384 characters. Null when empty. */
export function descriptionOf(text: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  const plain = text.replace(/[\x00-\x09\x0b-\x1f\x7f]+/g, " ").trim();
  return plain === "" ? null : plain.slice(0, LONGEST_DESCRIPTION);
}

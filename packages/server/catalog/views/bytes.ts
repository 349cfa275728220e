/** What comes before a string's characters, rounded to eight. */
const BYTES_A_STRING = 24;

/** What a string takes in memory, about: one byte a character, as long as all of them are Latin. */
export function bytesOf(text: string | null): number {
  return text === null ? 0 : BYTES_A_STRING + text.length;
}

/** An entry of a Map, with what the map keeps free; the key's and value's strings come on top. */
export const BYTES_AN_ENTRY = 48;

import { noise } from "@pawl/testkit";

const WORDS = 4_096;
const WORD_BYTES = 12;
/** How much more often the first words come than the last. With this, gzip and xz make of it what they make of Node's own program. */
const SKEW = 8;

/**
 * Bytes that compressors treat like machine code: some sequences come again and again, so gzip makes about a third of them and xz has
 * work to do. The same seed gives the same bytes.
 */
export function likePrograms(seed: string, bytes: number): Buffer {
  const words = noise(`${seed}, words`, WORDS * WORD_BYTES);
  const count = Math.floor(bytes / WORD_BYTES);
  const picks = noise(seed, count * 2);
  const made = Buffer.allocUnsafe(count * WORD_BYTES);
  for (let i = 0; i < count; i++) {
    const word = Math.floor((picks.readUInt16LE(i * 2) / 65_536) ** SKEW * WORDS) * WORD_BYTES;
    words.copy(made, i * WORD_BYTES, word, word + WORD_BYTES);
  }
  return made;
}

import { distance } from "fastest-levenshtein";

/** The known word someone most likely meant, or null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  // A third of the letters, at least two: enough for a slip, too little for another word.
  let limit = Math.max(2, Math.floor(word.length / 3));
  let best: string | null = null;
  for (const candidate of known) {
    const apart = distance(word.toLowerCase(), candidate.toLowerCase());
    if (apart > limit || (best !== null && apart === limit)) continue;
    best = candidate;
    limit = apart;
  }
  return best;
}

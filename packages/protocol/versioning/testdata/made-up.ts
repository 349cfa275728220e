/** Versions made of the pieces that a scheme's rules are about: the same ones in every run. */
export function madeUp(pieces: readonly string[], count: number): string[] {
  let seed = 20260301;
  const below = (limit: number) => {
    // A linear congruential generator, Numerical Recipes' constants; its low bits are poor.
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(6) }, () => pieces[below(pieces.length)]).join(""),
  );
}

/** A text made ready for being searched: words with one space between, and one at each end. */
export function searchable(text: string): string {
  return ` ${plain(text)} `;
}

/**
 * How well a searchable text fits what was typed: 0 the whole of it, 1 its beginning, 2 beginnings of words, 3 anywhere;
 * null not at all. By the words of `extra`, also searchable, it is found too, and is no better match for them.
 */
export type Match = (text: string, extra?: string) => number | null;

/** Null where nothing was typed. */
export function matcher(query: string): Match | null {
  const typed = plain(query);
  if (typed === "") return null;
  const words = typed.split(" ").map((word) => ({ word, beginning: ` ${word}`, inPieces: inPieces(word) }));
  return (text, extra = "") => {
    if (text === ` ${typed} ` || extra === ` ${typed} `) return 0;
    if (text.startsWith(` ${typed}`)) return 1;
    let rank = 2;
    for (const { word, beginning, inPieces } of words) {
      if (text.includes(beginning)) continue;
      if (!text.includes(word) && !extra.includes(word) && !inPieces.test(text)) return null;
      rank = 3;
    }
    return rank;
  };
}

/** `archer c7` is found by `archerc7`. To look for it so takes no second copy of every text, without its spaces. */
function inPieces(word: string): RegExp {
  return new RegExp([...word].join(" ?"), "u");
}

/** Letters and digits of any script, so nothing that means something in a RegExp; everything else is a space. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

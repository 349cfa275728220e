/** A text made ready for being searched. */
export interface Searchable {
  /** Words with one space between, and one at each end. */
  words: string;
  /** Without spaces: `archer c7` is found by `archerc7`. */
  joined: string;
  /** More words that it is found by, and that don't make it a better match. */
  extra: string;
}

export function searchable(text: string, extra = ""): Searchable {
  const words = ` ${plain(text)} `;
  return { words, joined: words.replaceAll(" ", ""), extra: ` ${plain(extra)} ` };
}

/** How well a text fits what was typed: 0 the whole of it, 1 its beginning, 2 beginnings of words, 3 anywhere; null not at all. */
export type Match = (text: Searchable) => number | null;

/** Null where nothing was typed. */
export function matcher(query: string): Match | null {
  const typed = plain(query);
  if (typed === "") return null;
  const words = typed.split(" ");
  return (text) => {
    if (text.words === ` ${typed} ` || text.extra === ` ${typed} `) return 0;
    if (text.words.startsWith(` ${typed}`)) return 1;
    let rank = 2;
    for (const word of words) {
      if (text.words.includes(` ${word}`)) continue;
      if (!text.words.includes(word) && !text.joined.includes(word) && !text.extra.includes(word)) return null;
      rank = 3;
    }
    return rank;
  };
}

/** Letters and digits of any script; everything else is a space. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Distinct names and versions of a large world; beyond that it begins anew. */
const MOST = 200_000;

const texts = new Map<string, string>();

/**
 * The same text, once in memory however many indexes have it: architectures and releases share nearly all names and most
 * versions. That is less to hold, and less to fetch when packages of many indexes are looked up.
 */
export function interned(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= MOST) texts.clear();
  texts.set(text, text);
  return text;
}

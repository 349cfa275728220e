/** Whether a name is meant by a pattern, in which one `*` stands for any text. */
export function matches(pattern: string, name: string): boolean {
  return starOf(pattern, name) !== null;
}

/** What the `*` of a pattern stands for in a name, empty for a pattern without; null when the name isn't meant. */
export function starOf(pattern: string, name: string): string | null {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === name ? "" : null;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return null;
  return name.slice(head.length, name.length - tail.length);
}

/** The name that a rename `from` → `to` makes of `name`; null when `from` doesn't mean it. */
export function renamed({ from, to }: { from: string; to: string }, name: string): string | null {
  const star = starOf(from, name);
  return star === null ? null : to.replace("*", () => star);
}

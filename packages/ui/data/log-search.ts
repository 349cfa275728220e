/** Which of the lines have it in them, whatever the case: their places in the list, in order. Nothing asked, nothing found. */
export function linesWith(lines: readonly { text: string }[], query: string): number[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  return lines.flatMap(({ text }, index) => (text.toLowerCase().includes(wanted) ? index : []));
}

export interface TextPart {
  text: string;
  isFound: boolean;
}

/** A line in parts: what was looked for, and what is in between. */
export function partsOf(text: string, query: string): TextPart[] {
  const wanted = query.trim().toLowerCase();
  const lower = text.toLowerCase();
  // Letters whose small form is longer than they are would shift everything behind them.
  if (wanted === "" || lower.length !== text.length) return [{ text, isFound: false }];
  const parts: TextPart[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isFound: false });
    from = at + wanted.length;
    parts.push({ text: text.slice(at, from), isFound: true });
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), isFound: false });
  return parts;
}

/** Which of many equally high lines are to be drawn, with some more on both sides. @param place and height in pixels */
export function linesInView(
  { top, height }: { top: number; height: number },
  lineHeight: number,
  count: number,
): { from: number; to: number } {
  const from = Math.max(0, Math.min(count, Math.floor(top / lineHeight)) - MORE_LINES);
  return { from, to: Math.min(count, Math.ceil((top + height) / lineHeight) + MORE_LINES) };
}

const MORE_LINES = 20;

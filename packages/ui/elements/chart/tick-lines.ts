/** A label in lines that are at most so long, broken between words; a word that is longer is cut. In characters. */
export function tickLines(label: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of label.split(" ")) {
    const last = lines.at(-1);
    const short = word.length > most ? `${word.slice(0, Math.max(1, most - 1))}…` : word;
    if (last !== undefined && last.length + 1 + short.length <= most) lines[lines.length - 1] = `${last} ${short}`;
    else lines.push(short);
  }
  return lines;
}

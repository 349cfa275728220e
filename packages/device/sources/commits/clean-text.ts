/** What is shown of a commit at most, in characters. */
export const TITLE_MAX = 300;
export const AUTHOR_MAX = 200;
export const BODY_MAX = 8000;

/** Text that strangers wrote, for people to read: no control characters, nothing that turns its direction, no more than `max` characters. */
export function cleanText(text: string, max: number): string {
  const plain = text
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .trim();
  if (plain.length <= max) return plain;
  // Not through the middle of a character of two halves.
  const cut = plain.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "");
  return `${cut}…`;
}

/** The same as one line. */
export function cleanLine(text: string, max: number): string {
  return cleanText(text.replace(/[\n\t]+/g, " "), max);
}

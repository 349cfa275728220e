/** What a schema has against a value, without the library's own preamble: `is missing`, `expected array, received string`. */
export function issueWords(message: string): string {
  return message.endsWith("received undefined") ? "is missing" : message.replace(/^Invalid input: /, "");
}

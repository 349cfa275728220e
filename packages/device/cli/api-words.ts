/** The API's sentences speak to programs that send JSON; on a command line the same is an option. */
export function inCliWords(sentence: string): string {
  return sentence
    .replace(/\bPass \{"force": true\}/g, "Add --force")
    .replace(/\bpass \{"force": true\}/g, "add --force")
    .replaceAll('{"force": true}', "--force");
}

/** They come first, in this order (contract device-api.md §1, `channels`). */
const FIRST = ["main", "dev", "develop"];

/** Each once, the well-known ones first, the rest as they come. */
export function inOrder(names: readonly string[]): string[] {
  const all = [...new Set(names)];
  return [...FIRST.filter((name) => all.includes(name)), ...all.filter((name) => !FIRST.includes(name))];
}

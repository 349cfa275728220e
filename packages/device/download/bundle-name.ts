/** The name of a bundle in the downloads folder. */
export function bundleName(sha256: string): string {
  return `${sha256}.bundle`;
}

/** Deeper than any page's address. */
const DEEPEST = 8;

/**
 * A built page as it has to read at an address: what it names from the root on (`./`) is so many folders up from there. So it
 * works behind a proxy that puts it below a folder, too. Null for an address that is no page's.
 *
 * @param pathname as it was asked for, and as the browser sees it: slashes of which there are two count twice
 */
export function pageAt(html: string, pathname: string): string | null {
  const depth = pathname.split("/").length - 2;
  if (depth < 0 || depth > DEEPEST) return null;
  return depth === 0 ? html : html.replaceAll('="./', `="${"../".repeat(depth)}`);
}

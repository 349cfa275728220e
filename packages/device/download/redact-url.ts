/**
 * An address as people, logs and reports may see it: no user, no password, no query and no fragment, because tokens
 * and tickets travel in all of them.
 */
export function redactUrl(url: string | URL): string {
  try {
    const parsed = new URL(url);
    parsed.username = "";
    parsed.password = "";
    parsed.search = "";
    parsed.hash = "";
    return parsed.href;
  } catch {
    return String(url)
      .replace(/[?#].*$/s, "")
      .replace(/\/\/[^/]*@/, "//");
  }
}

/** The host of an address, with its port when it isn't the usual one. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

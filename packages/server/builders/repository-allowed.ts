/**
 * Whether packages may be taken from an address: same scheme, same host, below an allowed path. The addresses are read as
 * what fetches them reads them, so that `https://allowed.org@evil.org` and `https://allowed.org.evil.org` are evil.org's.
 * An empty list allows nothing. Host names compare without their port, as in the first server that had such a list
 * (asu-v1 §1.8). Dialects ask this when a request comes, the worker asks it again before anything is fetched.
 */
export function isRepositoryAllowed(url: string, allowList: readonly string[]): boolean {
  const asked = HAS_PATH.test(url) ? parsed(url) : null;
  if (asked === null || `${asked.username}${asked.password}` !== "") return false;
  return allowList.some((entry) => {
    const allowed = parsed(entry);
    if (!allowed || asked.protocol !== allowed.protocol || asked.hostname !== allowed.hostname) return false;
    if (allowed.port !== "" && asked.port !== allowed.port) return false;
    return asked.pathname.startsWith(`${allowed.pathname.replace(/\/+$/, "")}/`);
  });
}

/**
 * A path of its own, and nothing in it that some read as a slash, a dot or an escape and some don't: a server may decode
 * `..%2f` before it looks for the folder.
 */
const HAS_PATH = /^https?:\/\/[^/?#\\]+\/(?!.*%(?:2e|2f|5c|25))[^\\]*$/i;

function parsed(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

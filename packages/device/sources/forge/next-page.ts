/**
 * The address of the next page, or null on the last. `link`: the Link header (RFC 8288). Only its query counts: the list
 * stays where it was asked for, whatever a host behind a proxy takes itself to be called.
 */
export function nextPage(link: string | null, pageUrl: string): string | null {
  const target = (link ?? "")
    .split(/,\s*(?=<)/)
    .map((part) => /^\s*<([^>]*)>(.*)$/s.exec(part))
    .find((match) => /;\s*rel="?([^"]*\s)?next(\s[^"]*)?"?\s*(;|$)/i.test(match?.[2] ?? ""))?.[1];
  if (target === undefined || !URL.canParse(target, pageUrl)) return null;
  const next = new URL(pageUrl);
  next.search = new URL(target, pageUrl).search;
  return next.href === new URL(pageUrl).href ? null : next.href;
}

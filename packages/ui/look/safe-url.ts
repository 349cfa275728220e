/** An address that may be a link's, of whatever strangers have written; null for `javascript:` and the like. */
export function safeUrl(address: string | null): string | null {
  const url = address === null || !URL.canParse(address) ? null : new URL(address);
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : null;
}

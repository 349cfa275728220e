/** An address as a host may list it, relative to where its list was read; or what is wrong with it. */
export function resolveAddress(path: string, listUrl: string): { url: string } | { problem: string } {
  if (!URL.canParse(path, listUrl)) return { problem: "isn't an address" };
  const url = new URL(path, listUrl);
  if (url.protocol !== "https:" && url.protocol !== "http:") return { problem: "must be an http or https address" };
  if (url.protocol === "http:" && listUrl.startsWith("https:")) {
    return { problem: "must be https, as the list itself is" };
  }
  if (url.username !== "" || url.password !== "") return { problem: "must not contain a user name or password" };
  return { url: url.href };
}

/** An address that may become a link on a page, or null: nothing but a web address may get there. */
export function linkOrNull(address: string | null | undefined): string | null {
  return address && /^https?:/i.test(address) ? address : null;
}

import { pathToFileURL } from "node:url";
import type { PipInstall } from "@pawl/protocol";

/** Where pip looks for what a release needs. */
export interface Indexes {
  /** For pip's environment: what is in argv everybody on the device may read. */
  env: Record<string, string>;
  /** For `~/.netrc` (netrc(5)): the passwords, which belong neither there nor into what pip says. */
  netrc: string;
}

/** The configured indexes as pip takes them. Pure. */
export function indexesOf(config: PipInstall): Indexes {
  const { index_url, extra_index_urls, find_links, no_index, proxy } = config;
  const netrc: string[] = [];
  const open = (address: string) => withoutPassword(address, netrc);
  const links = find_links.map((place) => (place.startsWith("/") ? pathToFileURL(place).href : open(place)));
  const env = {
    ...(index_url !== undefined && { PIP_INDEX_URL: open(index_url) }),
    ...(extra_index_urls.length > 0 && { PIP_EXTRA_INDEX_URL: extra_index_urls.map(open).join(" ") }),
    // A list in the environment is split at spaces; none of these has any.
    ...(links.length > 0 && { PIP_FIND_LINKS: links.join(" ") }),
    ...(no_index && { PIP_NO_INDEX: "1" }),
    // Both spellings: some programs know only the one, and the one in lower case wins with the others.
    ...(proxy !== undefined && { http_proxy: proxy, https_proxy: proxy, HTTP_PROXY: proxy, HTTPS_PROXY: proxy }),
  };
  return { env, netrc: [...new Set(netrc)].join("") };
}

function withoutPassword(address: string, netrc: string[]): string {
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") {
    const [login, password] = [url.username, url.password].map((part) => quoted(decodeURIComponent(part)));
    netrc.push(`machine ${url.hostname} login ${login} password ${password}\n`);
  }
  url.username = "";
  url.password = "";
  return url.href;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

import type { GitSource } from "@pawl/protocol";
import { basicAuthorization, redactUrl } from "../../download/index.ts";
import { UpdateError } from "../../error.ts";

/** Where a repository is, taken apart once. */
export interface Remote {
  transport: "http" | "ssh" | "file";
  /** For git; without a password. */
  url: string;
  /** For people. */
  shown: string;
  /** http: to which addresses what is secret may go. */
  origin: string | null;
  /** http: whom the address says one is. */
  user: string | null;
  /** http: what its user and password make of an Authorization header. */
  authorization: string | null;
}

/** The remote that a source names. Throws UpdateError `config_invalid` for what is no address. */
export function remoteOf({ url }: Pick<GitSource, "url">): Remote {
  if (/^[a-z]+:\/\//i.test(url)) return fromUrl(url);
  // The other way to write an ssh address, `user@host:path`, is no URL.
  return { transport: "ssh", url, shown: url, origin: null, user: null, authorization: null };
}

function fromUrl(written: string): Remote {
  if (!URL.canParse(written)) {
    throw new UpdateError("config_invalid", `The source's git.url isn't an address: ${redactUrl(written)}`);
  }
  const url = new URL(written);
  const shown = redactUrl(url);
  if (url.protocol === "file:") {
    // As it is written: git doesn't take a URL's escapes for others, nor names of hosts.
    return { transport: "file", url: written, shown: written, origin: null, user: null, authorization: null };
  }
  if (url.protocol === "ssh:") {
    // ssh asks for a password itself or not at all; the user is part of the address.
    url.password = "";
    return { transport: "ssh", url: url.href, shown, origin: null, user: null, authorization: null };
  }
  const { authorization = null } = basicAuthorization(url);
  const user = url.username === "" ? null : decodeURIComponent(url.username);
  return { transport: "http", url: shown, shown, origin: url.origin, user, authorization };
}

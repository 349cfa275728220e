import type { GitSource } from "@pawl/protocol";
import { basicAuthorization, redactUrl } from "../../download/index.ts";
import { UpdateError } from "../../error.ts";
import { type Transport, transportOf, withoutSecrets } from "./transport.ts";

/** Where a repository is, taken apart once. */
export interface Remote {
  transport: Transport;
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
  const transport = transportOf(url);
  // Not every address of ssh's is a URL.
  if (/^[a-z]+:\/\//i.test(url)) return fromUrl(url, transport);
  return { transport, url, shown: url, origin: null, user: null, authorization: null };
}

function fromUrl(written: string, transport: Transport): Remote {
  if (!URL.canParse(written)) {
    throw new UpdateError("config_invalid", `The source's git.url isn't an address: ${redactUrl(written)}`);
  }
  const url = new URL(written);
  const address = withoutSecrets(written);
  if (transport !== "http") {
    // ssh asks for a password itself or not at all.
    const shown = transport === "file" ? written : redactUrl(url);
    return { transport, url: address, shown, origin: null, user: null, authorization: null };
  }
  const { authorization = null } = basicAuthorization(url);
  const user = url.username === "" ? null : decodeURIComponent(url.username);
  return { transport, url: address, shown: address, origin: url.origin, user, authorization };
}

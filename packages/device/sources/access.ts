import { basicAuthorization, redactUrl } from "../download/index.ts";
import { UpdateError } from "../error.ts";
import { readToken } from "./token-file.ts";

export interface AccessOptions {
  /** As configured; a user and password in it are used where there is no token. */
  url: URL;
  token_file: string | undefined;
  /** How the host wants its token announced. */
  scheme: "Bearer" | "token";
  userAgent: string;
}

/** The request headers for an address. */
export type HeadersFor = (url: string) => Promise<Record<string, string>>;

/**
 * The headers with which a source on the network asks. Its token, or its password, goes to the origin it was configured
 * for and to no other. They throw UpdateError `config_invalid` when the token can't be read, `host_error` for an address
 * that isn't on the network: a host must not have a file of this device taken for a release.
 */
export function accessTo({ url, token_file, scheme, userAgent }: AccessOptions): HeadersFor {
  return async (address) => {
    const { protocol, origin } = new URL(address);
    if (protocol !== "http:" && protocol !== "https:") throw notOnNetwork(url, address);
    const headers = { "user-agent": userAgent };
    if (origin !== url.origin) return headers;
    if (token_file === undefined) return { ...headers, ...basicAuthorization(url) };
    return { ...headers, authorization: `${scheme} ${await readToken(token_file)}` };
  };
}

function notOnNetwork(url: URL, address: string): UpdateError {
  const sentence = `${url.host} lists a release at ${redactUrl(address)}; only http and https addresses are read.`;
  return new UpdateError("host_error", sentence);
}

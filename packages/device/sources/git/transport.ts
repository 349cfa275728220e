import { redactUrl } from "../../download/redact-url.ts";

/** How a repository is reached. */
export type Transport = "http" | "ssh" | "file";

/** By which way an address leads. `user@host:path`, which is no URL, is another way to write one of ssh's. Pure. */
export function transportOf(url: string): Transport {
  if (/^file:/i.test(url)) return "file";
  return /^ssh:/i.test(url) || !/^[a-z]+:\/\//i.test(url) ? "ssh" : "http";
}

/**
 * An address for programs, without what is secret in it. The user of ssh is no secret, and part of where it is; a path is
 * as it is written, for git doesn't take a URL's escapes for others. Pure.
 */
export function withoutSecrets(address: string): string {
  if (transportOf(address) === "http") return redactUrl(address);
  if (!/^ssh:/i.test(address) || !URL.canParse(address)) return address;
  const url = new URL(address);
  url.password = "";
  return url.href;
}

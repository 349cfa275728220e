import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answerNotFound } from "./answers.ts";
import { upstreamUrl } from "./documents.ts";

/** Characters of files upstream; nothing by which an address could come to mean another host or folder. */
const UPSTREAM_PATH = /^\/[\w.,+~@%/-]{0,1000}$/;

/**
 * Sends on who takes this server for the distribution's own: the firmware selector, for all of a device's files. owut
 * follows no redirects, and has to be told the real address. Only ever below the configured address.
 */
export function redirectUpstream(c: ServerContext, parts: ServerParts): Response {
  const { path } = c.req;
  if (!isSafe(path)) return answerNotFound();
  return new Response(null, {
    status: 302,
    headers: { location: upstreamUrl(parts) + path, "cache-control": "no-cache" },
  });
}

function isSafe(path: string): boolean {
  if (!UPSTREAM_PATH.test(path)) return false;
  try {
    const plain = decodeURIComponent(path);
    return !/[\p{Cc}\\?#]/u.test(plain) && !plain.split("/").some((segment) => segment === ".." || segment === ".");
  } catch {
    return false;
  }
}

import { UpdateError } from "../error.ts";
import { type Answer, type AnswerHeaders, ask, chunksOf, drop } from "./answer.ts";
import { networkTrouble } from "./trouble.ts";

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What may follow a redirect to another origin. Everything else may be a credential, under whatever name. */
const HARMLESS = new Set([
  "accept",
  "accept-encoding",
  "user-agent",
  "range",
  "if-range",
  "if-none-match",
  "if-modified-since",
]);

/**
 * One GET, redirects followed; the answer's body is still to be read. The returned `url` is where it came from in the
 * end, without user and password: those of the given one are sent as basic authentication.
 */
export async function request(
  url: string,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
): Promise<{ response: Answer; url: string }> {
  let at = parse(url);
  let sent = { ...basicAuthorization(at), ...lowerCased(headers) };
  for (let redirects = 0; ; redirects++) {
    at.username = "";
    at.password = "";
    const response = await get(at, sent, signal);
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return { response, url: at.href };
    // The body of a redirect is never read: it may be endless.
    drop(response);
    if (redirects === MAX_REDIRECTS) {
      throw new UpdateError("host_error", `${at.host} redirects more than ${MAX_REDIRECTS} times.`);
    }
    const next = nextHop(at, location);
    if (next.origin !== at.origin) sent = harmless(sent);
    at = next;
  }
}

/** Where a redirect leads. Throws when it leaves http and https, or goes from https to http. */
export function nextHop(from: URL, location: string): URL {
  let next: URL;
  try {
    next = new URL(location, from);
  } catch (cause) {
    throw new UpdateError("host_error", `${from.host} redirects to something that isn't an address.`, { cause });
  }
  if (next.protocol !== "https:" && next.protocol !== "http:") {
    throw new UpdateError(
      "host_error",
      `${from.host} redirects to a ${next.protocol} address; only http and https are read.`,
    );
  }
  if (from.protocol === "https:" && next.protocol === "http:") {
    throw new UpdateError("host_error", `${from.host} redirects from https to ${next.host} without encryption.`);
  }
  return next;
}

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return parsed;
  throw new UpdateError("config_invalid", "The address of the update server must begin with http:// or https://.");
}

async function get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
  try {
    return await ask(url, { headers, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw networkTrouble(error, url.href);
  }
}

/** The chunks of a body. What breaks it off is an UpdateError. */
export async function* bodyOf(answer: Answer, url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* chunksOf(answer);
  } catch (error) {
    signal.throwIfAborted();
    throw networkTrouble(error, url);
  } finally {
    drop(answer);
  }
}

/** The length an answer declares, in bytes, or null. */
export function declaredLength(headers: AnswerHeaders): number | null {
  const value = headers.get("content-length");
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** The user and password of an address as a request header; nothing when it has none. */
export function basicAuthorization(url: URL): Record<string, string> {
  if (url.username === "" && url.password === "") return {};
  const pair = `${decoded(url.username)}:${decoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** A stray % in a password stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function harmless(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
}

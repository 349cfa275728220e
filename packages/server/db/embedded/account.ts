import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { ServerError } from "../../error.ts";

/** The user that PostgreSQL runs as, where that isn't the user of this process. */
export interface Account {
  uid: number;
  gid: number;
  /** For people: a name, or a number. */
  name: string;
}

/**
 * Who the database runs as: null for this very user. PostgreSQL refuses to run as root, so root needs another one: the one
 * that was asked for, else the owner of the data there are, else Debian's `postgres`, else `nobody`. None is made.
 * @throws ServerError `database_failed` when the user that was asked for doesn't exist.
 */
export async function chooseAccount(dataDir: string, wanted: string | null): Promise<Account | null> {
  if (process.geteuid?.() !== 0) return null;
  if (wanted !== null) {
    const account = await lookUp(wanted);
    if (account && account.uid !== 0) return account;
    const why = account ? "PostgreSQL doesn't run as root" : "there is no such user here";
    throw new ServerError(
      "database_failed",
      `The database can't run as ${wanted}: ${why}. Set database.user to another.`,
    );
  }
  const owner = await stat(dataDir).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: `the user ${owner.uid}` };
  for (const name of ["postgres", "nobody"]) {
    const account = await lookUp(name);
    if (account) return account;
  }
  const sentence =
    "PostgreSQL doesn't run as root, and there is neither a user postgres nor nobody. Set database.user.";
  throw new ServerError("database_failed", sentence);
}

/** Whether somebody may enter a folder, as far as the modes of it and of all above it say. */
export async function mayEnter(folder: string, account: Account | null): Promise<boolean> {
  if (account === null) return true;
  for (let at = folder; ; at = dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function lookUp(name: string): Promise<Account | null> {
  // A name beginning with a dash would be an option.
  if (!/^[A-Za-z0-9_][\w.-]*\$?$/.test(name)) return null;
  try {
    const [uid, gid] = await Promise.all([id("-u", name), id("-g", name)]);
    return { uid, gid, name };
  } catch {
    return null;
  }
}

/** id(1) also asks what /etc/passwd doesn't hold: LDAP, systemd's own users. */
async function id(which: string, name: string): Promise<number> {
  const { stdout } = await promisify(execFile)("id", [which, "--", name], { timeout: 10_000 });
  return Number(stdout);
}

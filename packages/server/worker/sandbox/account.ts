import { quick } from "./quick.ts";

/** Who commands are, where that isn't the user of this process. */
export interface BuildUser {
  uid: number;
  gid: number;
  /** For people. */
  name: string;
}

/**
 * For a machine on which nobody has made the user that is asked for. It needs no line in /etc/passwd: files are owned by numbers.
 * Above what useradd and systemd hand out, below the first range for containers (systemd's UIDS-GIDS lists it as unused).
 */
const NUMBERED = 80_729;

/** Whom commands run as: null for this very user, else (root never builds) the named one, or a number that is nobody else's. */
export async function buildUser(name: string, signal: AbortSignal): Promise<BuildUser | null> {
  if (process.geteuid?.() !== 0) return null;
  // A name beginning with a dash would be an option.
  if (/^[A-Za-z_][\w.-]*\$?$/.test(name)) {
    const [uid, gid] = await Promise.all(["-u", "-g"].map((which) => id(which, name, signal)));
    if (uid && gid) return { uid, gid, name };
  }
  return { uid: NUMBERED, gid: NUMBERED, name: `the user ${NUMBERED}` };
}

/** id(1) also asks what /etc/passwd doesn't hold: LDAP, systemd's own users. Null: no such user. */
async function id(which: string, name: string, signal: AbortSignal): Promise<number | null> {
  const { code, stdout } = await quick(["id", which, "--", name], { signal });
  return code === 0 ? Number(stdout) : null;
}

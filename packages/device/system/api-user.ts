import { lstatSync } from "node:fs";
import { devicePaths } from "../store/paths.ts";

declare global {
  namespace NodeJS {
    interface Process {
      /** initgroups(3): all the groups of a user, and one more. Throws for a user without an account. */
      initgroups?(user: string | number, extraGroup: string | number): void;
    }
  }
}

/** The user the unprivileged side runs as. */
export interface ApiUser {
  uid: number;
  gid: number;
}

/** Whose the unprivileged side's folder is, as `pawl setup` made it. Null on a device where one user does everything, or nothing is there yet. */
export function apiUserOf(stateDir: string): ApiUser | null {
  try {
    const { uid, gid } = lstatSync(devicePaths(stateDir).dir);
    return uid === 0 ? null : { uid, gid };
  } catch {
    return null;
  }
}

/**
 * Turns a process of root's into one of the unprivileged side, for good. What root would write among its files the daemon
 * couldn't change any more, and whoever has taken that side over could have laid a link in its way.
 */
export function becomeApiUser(stateDir: string): void {
  if (process.geteuid?.() !== 0) return;
  const user = apiUserOf(stateDir);
  if (user === null) return;
  takeGroupsOf(user);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}

/** All the groups it is in: a token for the source may be one of theirs to read. */
function takeGroupsOf({ uid, gid }: ApiUser): void {
  try {
    process.initgroups?.(uid, gid);
  } catch {
    // A number without an account.
    process.setgroups?.([gid]);
  }
}

import { accessSync, constants, readFileSync } from "node:fs";
import { uptime } from "node:os";
import { PLACES, wayFacts } from "../helper/places.ts";
import type { WayFacts } from "../helper/way.ts";
import { type Facts, systemFacts } from "../preflight/index.ts";
import { thisDevice } from "../setup/ground.ts";
import type { Ground } from "../setup/types.ts";
import { type ApiUser, apiUserOf, becomeApiUser } from "../system/api-user.ts";
import { systemClock } from "../system/clock.ts";
import { run } from "../system/run.ts";
import type { Clock, Run } from "../system/types.ts";
import { groupsOf } from "./accounts.ts";
import type { Who } from "./rights.ts";

/** Where `pawl setup` puts things. */
export type Places = { readonly [place in keyof typeof PLACES]: string };

/** What the checks look at besides the configuration and the disk: tests put another device in its place. */
export interface Surroundings {
  run: Run;
  clock: Clock;
  facts: Pick<Facts, "fileSystemOf">;
  /** proc_pid_mountinfo(5); empty where it can't be read. */
  mounts(): string;
  /** When this machine was started. */
  bootedAt(): Date;
  /** Whose this process is. */
  self: Who;
  places: Places;
  way: WayFacts;
  /** The device as root's side finds it. */
  ground: Ground;
  /** The version of the Node that this process runs on. */
  nodeVersion: string;
  /** The one device file. */
  program: string;
  /** Whose the unprivileged side is; null where one user does everything. */
  apiUser(stateDir: string): Who | null;
  /** From then on this process is that side's user. */
  becomeApiUser(stateDir: string): void;
}

/** This very device, seen by this process. */
export function systemSurroundings(configPath: string): Surroundings {
  return {
    run,
    clock: systemClock,
    facts: systemFacts(run),
    mounts: () => textOf("/proc/self/mountinfo"),
    bootedAt: () => new Date(Date.now() - uptime() * 1000),
    self: {
      uid: process.geteuid?.() ?? 0,
      gids: [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])],
    },
    places: PLACES,
    way: wayFacts(configPath),
    ground: thisDevice(),
    nodeVersion: process.versions.node,
    program: process.argv[1] ?? "",
    apiUser: (stateDir) => whoIs(apiUserOf(stateDir)),
    becomeApiUser,
  };
}

/** Whether a program is there and may be started by this user. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function whoIs(user: ApiUser | null): Who | null {
  if (user === null) return null;
  const more = groupsOf(user.uid, { passwd: textOf("/etc/passwd"), group: textOf("/etc/group") });
  return { uid: user.uid, gids: [user.gid, ...more] };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

import { existsSync } from "node:fs";
import { type Run, run } from "@pawl/device/doctor";

/** What is looked at besides configuration, database and disk: tests put another machine in its place. */
export interface Surroundings {
  run: Run;
  now(): Date;
  /** Whose this process is. */
  uid: number;
  /** As `process.arch`. */
  arch: string;
  /** Where programs are looked for. */
  path: string;
  hasSystemd: boolean;
}

/** This very machine. */
export function systemSurroundings(): Surroundings {
  return {
    run,
    now: () => new Date(),
    uid: process.geteuid?.() ?? 0,
    arch: process.arch,
    path: process.env.PATH ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    hasSystemd: existsSync("/run/systemd/system"),
  };
}

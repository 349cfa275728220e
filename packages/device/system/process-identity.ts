import { readFileSync } from "node:fs";

/** Who a process is, beyond its number: a pid is used again, its start time in the same boot is not. */
export interface ProcessIdentity {
  pid: number;
  boot_id: string;
  /** Clock ticks since boot (proc(5), /proc/<pid>/stat, field 22). */
  start_time: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, boot_id: bootId(), start_time: startOf(readStat(process.pid) ?? "") ?? "" };
}

/** Whether that very process still runs: same boot, same pid, same start, and not a zombie. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.boot_id !== bootId()) return false;
  const stat = readStat(identity.pid);
  return stat === null ? isHidden(identity.pid) : startOf(stat) === identity.start_time;
}

/** Where /proc shows nobody another user's processes (proc(5), hidepid), that there is one is all that can be learnt. */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Names this boot of the machine. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
}

/** Null for one that is dead already. The name in field 2 may contain anything, so count from its closing bracket: field 3 is the state, 22 the start. */
function startOf(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

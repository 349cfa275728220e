import { readdirSync, readFileSync } from "node:fs";

/** The processes that are root's side of a configuration now, whichever program started them. */
export function appliersOf(configPath: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const argv = argvOf(pid);
      return argv.includes("apply") && argv.includes(configPath);
    });
}

/** Whether a process is stopped, by SIGSTOP for instance. */
export function isStopped(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
}

function argvOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split("\0");
}

/** Empty when the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

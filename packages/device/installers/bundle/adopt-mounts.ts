import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Mount points at a path or below it. None where the system doesn't say (no /proc). */
export async function mountPointsIn(path: string): Promise<string[]> {
  const [real, table] = await Promise.all([
    realpath(dirname(path)).then(
      (folder) => join(folder, basename(path)),
      () => path,
    ),
    readFile("/proc/self/mountinfo", "utf8").catch(() => ""),
  ]);
  return mountPoints(table).filter((at) => at === real || at.startsWith(`${real}/`));
}

/** Every mount point of proc_pid_mountinfo(5): the fifth field, with octal escapes for what would end it. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((field) => field !== "")
    .map((field) => field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))));
}

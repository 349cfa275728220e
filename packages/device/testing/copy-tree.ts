import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const start = promisify(execFile);

/**
 * Copies a folder, which isn't there yet under its new name, with all that is in it as it is: links, owners, modes, times. For
 * tests that do so again and again, as Node's own `cp` takes many times as long as the program.
 */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await start("cp", ["-aT", "--", from, to]);
}

/** The same for several folders, which keep their names, into another one. */
export async function copyInto(folder: string, trees: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await start("cp", ["-a", "-t", folder, "--", ...trees]);
}

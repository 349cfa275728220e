import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../store/atomic-file.ts";
import { SECURE_PATH } from "../system/roots-environment.ts";
import { run } from "../system/run.ts";
import type { Ground } from "./types.ts";

/** This very device. */
export function thisDevice(): Ground {
  return { root: "/", run, uid: process.geteuid?.() ?? 0, self: process.argv[1] ?? "" };
}

/** Where a path of the device is for this process. */
export function at({ root }: Pick<Ground, "root">, path: string): string {
  return join(root, path);
}

/** What stands at a path, links not followed; null when nothing does. */
export async function statsAt(ground: Pick<Ground, "root">, path: string) {
  return lstat(at(ground, path)).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

/** A text file of the system's, empty when it isn't there. */
export async function textAt(ground: Pick<Ground, "root">, path: string): Promise<string> {
  return readFile(at(ground, path), "utf8").catch((error) => {
    if (isMissing(error)) return "";
    throw error;
  });
}

/** Where a program is among those that root's programs find; null when it isn't. */
export async function programAt(ground: Pick<Ground, "root">, name: string): Promise<string | null> {
  for (const folder of SECURE_PATH.split(":")) {
    const path = join(folder, name);
    if ((await statsAt(ground, path)) !== null) return path;
  }
  return null;
}

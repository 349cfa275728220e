import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MARK_NAME } from "../mark.ts";
import { isAbsent } from "../trouble.ts";
import { syncFolder } from "./sync-folder.ts";

export async function readMarkFile(root: string): Promise<string | null> {
  return readFile(join(root, MARK_NAME), "latin1").catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
}

/** Whole or not at all. */
export async function writeMarkFile(root: string, text: string): Promise<void> {
  const temp = join(root, `${MARK_NAME}-${randomBytes(4).toString("hex")}`);
  try {
    await writeFile(temp, text, { flag: "wx", mode: 0o640, flush: true });
    await rename(temp, join(root, MARK_NAME));
    await syncFolder(root);
  } finally {
    await rm(temp, { force: true });
  }
}

import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** Where the embedded database is to be had, while it runs; for whoever may read its owner's files. */
export const DatabaseAddress = z.object({
  /** With the password. */
  url: z.string(),
  /** The process that started it: as in the lock. */
  pid: z.number(),
  start_time: z.string(),
});
export type DatabaseAddress = z.infer<typeof DatabaseAddress>;

const NAME = "database-address.json";

export function addressFile(stateDir: string): string {
  return join(stateDir, NAME);
}

/** What the owner of a state folder's database has written there; null when none runs. */
export async function readAddress(stateDir: string): Promise<DatabaseAddress | null> {
  try {
    return DatabaseAddress.parse(JSON.parse(await readFile(addressFile(stateDir), "utf8")));
  } catch {
    return null;
  }
}

export async function writeAddress(stateDir: string, address: DatabaseAddress): Promise<void> {
  const temp = join(stateDir, `.${NAME}-${randomBytes(4).toString("hex")}`);
  await writeFile(temp, JSON.stringify(address), { mode: 0o600, flag: "wx" });
  await rename(temp, addressFile(stateDir));
}

export async function removeAddress(stateDir: string): Promise<void> {
  await rm(addressFile(stateDir), { force: true });
}

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import type { Kysely } from "kysely";
import type { ServerConfig } from "../config/schema.ts";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import { openStore } from "../storage/index.ts";
import { MARK_NAME } from "../storage/mark.ts";
import type { Store } from "../storage/types.ts";
import { ownsStore } from "../worker/common-store.ts";
import { findingOf, SILENT } from "./looks.ts";

const FILE = "pawl-doctor.txt";

/**
 * Puts an object into the store, reads it back, and removes it again.
 * @param kysely whose store it should be; null: nobody can say
 */
export async function lookAtStore(
  config: ServerConfig,
  kysely: Kysely<Tables> | null,
  signal: AbortSignal,
): Promise<Finding[]> {
  const folder = config.store.s3 === null ? (config.store_dir ?? join(config.state_dir, "store")) : null;
  // What isn't there yet isn't made by looking at it.
  if (folder !== null && (await shardsIn(folder)) === null) return [fine("The store is made at the first start")];
  try {
    const store = await openStore(config, { log: SILENT, signal });
    return [await tryOut(store, folder, signal), ...(kysely === null ? [] : await lookAtOwner(kysely, store, signal))];
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ServerError)) throw error;
    const fix =
      folder === null ? "See store.s3 in the configuration, and what the store itself says" : `See to ${folder}`;
    return [findingOf(error, trouble, fix)];
  }
}

/** Two deployments that have one store: neither can know what of it is rubbish. */
async function lookAtOwner(kysely: Kysely<Tables>, store: Store, signal: AbortSignal): Promise<Finding[]> {
  if (await ownsStore(kysely, store, signal)) return [];
  const title = `The store ${store.place} is another database's: what is in it and unknown to this one is never removed`;
  const fix = `Give each deployment a bucket, prefix or folder of its own. If the other one is gone, remove ${MARK_NAME} there and start a server again`;
  return [warning(title, fix)];
}

async function tryOut(store: Store, folder: string | null, signal: AbortSignal): Promise<Finding> {
  const before = folder === null ? [] : ((await shardsIn(folder)) ?? []);
  // In a folder that is there: one that root made would be no use to the server's own user.
  const [shard = randomBytes(1).toString("hex")] = before;
  const build = shard + randomBytes(15).toString("hex");
  const content = randomBytes(4_096).toString("base64");
  const place = await mkdtemp(join(tmpdir(), "pawl-doctor-"));
  const began = performance.now();
  try {
    await writeFile(join(place, FILE), content);
    const { copy, files } = await store.put(build, [{ name: FILE, path: join(place, FILE) }], signal);
    const [{ sha256 } = { sha256: "" }] = files;
    const read = await store.read({ build, copy }, FILE, { sha256, signal });
    if (read === null || read.kind !== "bytes" || (await buffer(read.stream)).toString() !== content) {
      const title = `The store ${store.place} took an object and doesn't give it back as it was`;
      return trouble(title, "Images would be lost: look into the store, or the disk it is on");
    }
    const ms = Math.round(performance.now() - began);
    const words = `The store ${store.place} takes objects, and gives them back as they were`;
    if (ms > 3_000) return warning(`${words}, but slowly: ${ms} ms for 5 kB`, "Look at its load, and at the way there");
    return fine(words, `${ms} ms`);
  } finally {
    await rm(place, { recursive: true, force: true });
    await store.remove(build);
    if (folder !== null && !before.includes(shard)) await rmdir(join(folder, shard)).catch(() => undefined);
  }
}

/** Null: there is no such folder. */
async function shardsIn(folder: string): Promise<string[] | null> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new ServerError("store_failed", `${folder} can't be read (${error.code}).`, { cause: error });
  });
  return names?.filter((name) => /^[0-9a-f]{2}$/.test(name)) ?? null;
}

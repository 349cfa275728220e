import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import type { Logger } from "pino";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import type { Store } from "../storage/types.ts";

type NamedStore = Pick<Store, "name" | "place">;

/** A server says which store it gives images out from. Of several that say different things one is misled: that is logged. */
export async function declareStore(kysely: Kysely<Tables>, store: NamedStore, log: Logger): Promise<void> {
  const id = await storeId(store);
  const last = await lastDeclared(kysely);
  const { place } = store;
  if (last && last.id !== id)
    log.warn({ place, before: last.place }, "another store was used with this database before");
  await kysely
    .insertInto("build_store")
    .values({ id, place })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ place, seen_at: sql<Date>`now()` }))
    .execute();
}

/**
 * Images that a worker puts where no server looks for them are lost: a folder of that name on another machine is another folder.
 * @throws ServerError store_failed when servers have another store; while none has said which it has, that can't be known
 */
export async function requireCommonStore(kysely: Kysely<Tables>, store: NamedStore, log: Logger): Promise<void> {
  const declared = await lastDeclared(kysely);
  if (declared === null) {
    log.warn({ place: store.place }, "no server has said yet which store it gives images out from");
    return;
  }
  if (declared.id === (await storeId(store))) return;
  const since = declared.seen_at.toISOString();
  const sentence = `The servers of this database have another store than this worker: theirs is ${declared.place} (said ${since}), this one's ${store.place}. Give all of them the same store.s3, or on one machine the same store_dir or state_dir.`;
  throw new ServerError("store_failed", sentence);
}

/** A local folder has its own in a file: the same path may be another folder elsewhere. Any other is what it is called. */
async function storeId({ name, place }: NamedStore): Promise<string> {
  return name === "local" ? `local:${await folderId(place)}` : `${name}:${place}`;
}

async function folderId(folder: string): Promise<string> {
  const file = join(folder, ".store-id");
  const known = await readFile(file, "latin1").catch(absentAsNull);
  if (known !== null) return known.trim();
  // Whole or not at all, and the first one's for all who come at once.
  const temp = `${file}-${randomBytes(4).toString("hex")}`;
  await writeFile(temp, `${randomBytes(16).toString("hex")}\n`, { flag: "wx", mode: 0o640, flush: true });
  try {
    await link(temp, file).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
  } finally {
    await rm(temp, { force: true });
  }
  return (await readFile(file, "latin1")).trim();
}

function lastDeclared(kysely: Kysely<Tables>): Promise<{ id: string; place: string; seen_at: Date } | null> {
  return kysely
    .selectFrom("build_store")
    .selectAll()
    .orderBy("seen_at", "desc")
    .limit(1)
    .executeTakeFirst()
    .then((row) => row ?? null);
}

function absentAsNull(error: unknown): null {
  if (codeOf(error) === "ENOENT") return null;
  throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}

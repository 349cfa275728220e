import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { INDEX_MAX_BYTES, type IndexEntry, MANIFEST_MAX_BYTES, ReleaseIndex, Version } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { readManifest } from "@pawl/trust";
import type * as z from "zod";
import { asUpdateError, UpdateError } from "../error.ts";
import { MANIFEST_PATH } from "../installers/bundle/tree.ts";
import { writeFileDurably } from "../store/atomic-file.ts";
import { ABOUT_FILE, About } from "./about.ts";
import { readCapped } from "./read-capped.ts";

const INDEX_FILE = "index.json";

export interface WrittenIndex {
  path: string;
  /** Newest first. */
  versions: string[];
}

export interface IndexOptions {
  /** What people know the app as; default the name the index has already. */
  name?: string;
  signal?: AbortSignal;
}

/**
 * Writes `index.json` for the releases in the folders one level down (contract §6), newest first. Channel, title and
 * notes are those of each release.json; what that leaves out stays as the index had it, so an index edited by hand is
 * not lost. Atomic. Throws UpdateError.
 */
export async function writeIndex(folder: string, { name, signal }: IndexOptions = {}): Promise<WrittenIndex> {
  try {
    const path = join(folder, INDEX_FILE);
    const before = (await readJson(path, ReleaseIndex, signal)) ?? { releases: [] };
    const entries = new Map<string, IndexEntry>();
    for (const subfolder of await subfolders(folder)) {
      const entry = await entryOf(folder, subfolder, before.releases, signal);
      if (entry === null) continue;
      const other = entries.get(entry.version);
      if (other) throw wrong(entry.manifest, `is version ${entry.version}, and so is ${other.manifest}`);
      entries.set(entry.version, entry);
    }
    const releases = newestFirst([...entries.values()]);
    await writeFileDurably(path, `${JSON.stringify({ name: name ?? before.name ?? undefined, releases }, null, 2)}\n`);
    return { path, versions: releases.map(({ version }) => version) };
  } catch (error) {
    signal?.throwIfAborted();
    throw asUpdateError(error);
  }
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw new UpdateError("not_found", `${folder} isn't a folder that can be read.`, { path: folder, cause });
  });
  return entries.filter((entry) => !entry.isFile() && !entry.name.startsWith(".")).map((entry) => entry.name);
}

/** What the index says of the release in this folder; null when there is none. */
async function entryOf(
  folder: string,
  at: string,
  before: IndexEntry[],
  signal?: AbortSignal,
): Promise<IndexEntry | null> {
  const bytes = await readCapped(join(folder, at, MANIFEST_PATH), MANIFEST_MAX_BYTES, signal);
  if (bytes === null) return null;
  // The names become parts of web addresses, where most other characters would mean something else.
  if (!Version.safeParse(at).success) throw wrong(at, "can't be part of an address; name the folder like the version");
  const { version, bundle, published_at, changelog } = readManifest(bytes);
  if (bundle === undefined) throw wrong(`${at}/${MANIFEST_PATH}`, "doesn't name its bundle");
  const size = await sizeOf(join(folder, at, bundle.name));
  if (size !== bundle.size)
    throw wrong(`${at}/${bundle.name}`, `should have ${bundle.size} bytes and has ${size ?? "none"}`);

  const known = before.find((entry) => entry.version === version);
  const about = (await readJson(join(folder, at, ABOUT_FILE), About, signal)) ?? {};
  const signature = `${at}/${MANIFEST_PATH}.sig`;
  return {
    version,
    channel: about.channel ?? known?.channel ?? "stable",
    published_at: published_at ?? known?.published_at ?? undefined,
    manifest: `${at}/${MANIFEST_PATH}`,
    bundle: `${at}/${bundle.name}`,
    signature: (await sizeOf(join(folder, signature))) === null ? undefined : signature,
    title: about.title ?? known?.title ?? undefined,
    notes: about.notes ?? known?.notes ?? undefined,
    notes_url: about.notes_url ?? changelog ?? known?.notes_url ?? undefined,
  };
}

/** By the first scheme that reads every version. The order is for people: devices compare for themselves. */
function newestFirst(entries: IndexEntry[]): IndexEntry[] {
  const scheme = Object.values(versionings).find(({ isValid }) => entries.every(({ version }) => isValid(version)));
  return entries.sort(
    (a, b) => scheme?.compare(b.version, a.version) || b.version.localeCompare(a.version, "en", { numeric: true }),
  );
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}

async function readJson<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T | null> {
  const bytes = await readCapped(path, INDEX_MAX_BYTES, signal);
  if (bytes === null) return null;
  try {
    return schema.parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : null;
    throw new UpdateError("bad_manifest", `${path} can't be read; repair or remove it.`, { path, detail, cause });
  }
}

function wrong(path: string, why: string): UpdateError {
  return new UpdateError("bad_manifest", `${path} ${why}.`, { path });
}

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { INDEX_MAX_BYTES, MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { readManifest } from "@pawl/trust";
import { localTrouble } from "../../download/index.ts";
import { asUpdateError, UpdateError } from "../../error.ts";
import { ABOUT_FILE, About } from "../../publish/about.ts";
import { linkOrNull } from "../address.ts";
import { bundleAmong } from "../bundle-name.ts";
import type { Offer } from "../types.ts";
import type { LocalFolder } from "./local-folder.ts";

const MANIFEST = "manifest.json";
const SIGNATURE = "manifest.json.sig";
/** Each costs a read; whoever has more writes an index. */
const MOST_FOLDERS = 1000;

/**
 * The releases in the folders one level down, for a folder without an index. What isn't a release is passed over: other
 * programs have a `manifest.json`, too. Throws UpdateError `offline`, `too_large`; and why, when there is no release at
 * all but something that might have been one.
 */
export async function scanFolders(folder: LocalFolder, signal: AbortSignal): Promise<Offer[]> {
  const offers: Offer[] = [];
  let trouble: UpdateError | null = null;
  for (const name of await subfolders(folder)) {
    signal.throwIfAborted();
    try {
      const offer = await offerIn(folder, name, signal);
      if (offer) offers.push(offer);
    } catch (error) {
      signal.throwIfAborted();
      trouble ??= asUpdateError(error);
    }
  }
  if (offers.length === 0 && trouble) throw trouble;
  return offers;
}

async function subfolders(folder: LocalFolder): Promise<string[]> {
  const entries = await entriesOf(await folder.root());
  const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
  if (names.length <= MOST_FOLDERS) return names;
  const sentence = `${folder.path} holds more than ${MOST_FOLDERS} folders. Write an index of its releases: pawl release index.`;
  throw new UpdateError("too_large", sentence, { path: folder.path });
}

async function offerIn(folder: LocalFolder, name: string, signal: AbortSignal): Promise<Offer | null> {
  const at = (...parts: string[]) => pathToFileURL(join(folder.path, name, ...parts)).href;
  const bytes = await folder.readIfThere(at(MANIFEST), MANIFEST_MAX_BYTES, signal);
  if (bytes === null) return null;
  const { version, bundle, published_at, changelog } = readManifest(bytes);
  const about = await aboutIn(folder, at(ABOUT_FILE), signal);
  const files = (await entriesOf(await folder.locate(at()))).filter((entry) => entry.isFile());
  const file = bundle ? files.find((entry) => entry.name === bundle.name) : bundleAmong(files, { app: name, version });
  if (!file) throw withoutBundle(folder, name, bundle?.name);
  const { size, mtimeMs } = await stat(await folder.locate(at(file.name)));
  return {
    version,
    channel: about.channel ?? "stable",
    published_at: published_at ?? null,
    title: about.title ?? null,
    notes: about.notes ?? null,
    notes_url: linkOrNull(about.notes_url ?? changelog),
    manifest_url: at(MANIFEST),
    signature_url: files.some((entry) => entry.name === SIGNATURE) ? at(SIGNATURE) : null,
    bundle_url: at(file.name),
    bundle_size: size,
    bundle_id: `${size} ${Math.trunc(mtimeMs)}`,
  };
}

/** A release that is for testers only must not pass for a stable one because its description can't be read. */
async function aboutIn(folder: LocalFolder, url: string, signal: AbortSignal): Promise<About> {
  const bytes = await folder.readIfThere(url, INDEX_MAX_BYTES, signal);
  if (bytes === null) return {};
  try {
    return About.parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    const sentence = `${fileURLToPath(url)} can't be read; repair or remove it.`;
    throw new UpdateError("bad_manifest", sentence, { cause });
  }
}

async function entriesOf(path: string) {
  return readdir(path, { withFileTypes: true }).catch((error) => {
    throw localTrouble(error, path);
  });
}

function withoutBundle(folder: LocalFolder, name: string, bundle: string | undefined): UpdateError {
  const path = join(folder.path, name);
  const missing = bundle === undefined ? "holds a manifest and no bundle (*.tar.gz)" : `lacks its bundle ${bundle}`;
  return new UpdateError("bad_manifest", `${path} ${missing}. Copy the whole release again.`, { path });
}

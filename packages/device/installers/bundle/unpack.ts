import { dirname, join } from "node:path";
import { MANIFEST_MAX_BYTES, type Manifest, type ManifestEntry, pathTrouble } from "@pawl/protocol";
import type { TarHeader } from "modern-tar";
import { UpdateError } from "../../error.ts";
import { fileSystemOf } from "../../preflight/file-system.ts";
import { type BundleEntry, type BundleReading, readBundle } from "./archive.ts";
import { isDiskFull } from "./step-error.ts";
import { shown } from "./tar-headers.ts";
import { MANIFEST_PATH, plannedTree, type Tree } from "./tree.ts";
import { makeFolders, makeLinks, writeFile } from "./tree-writer.ts";
import type { ZstdWay } from "./zstd.ts";

export interface Unpacking {
  bundlePath: string;
  manifest: Manifest;
  /** The exact bytes of the manifest, as they were verified; they become `manifest.json` in the tree. */
  manifestBytes: Uint8Array;
  /** A folder that doesn't exist yet; the one it lies in does. On any error the caller removes it. */
  into: string;
  signal: AbortSignal;
  zstd?: ZstdWay;
  /** Bytes of the bundle read so far, and of all of it. */
  onProgress?: (doneBytes: number, totalBytes: number) => void;
}

type ListedFile = Extract<ManifestEntry, { sha256: string }>;

/** For a manifest that doesn't state its bundle's sizes: more than a device's release has any need for. */
const UNSTATED_MAX_BYTES = 4 * 1024 ** 3;
/** What an entry adds to a tar beside its content: header, padding, records with a long name. */
const ENTRY_OVERHEAD_BYTES = 4096;
/** Zeros that fill the last record of a tar, at most. */
const TRAILER_MAX_BYTES = 1024 ** 2;

const USER_EXEC = 0o100;
const SPECIAL_BITS = 0o7000;

/**
 * Unpacks a bundle whose manifest is trusted into a new folder, as a tree that is exactly the manifest's plus
 * `manifest.json` (contract device-api.md §6). The archive decides nothing but the user-exec bit of files without a
 * listed mode. Nothing is written outside `into`: all folders are made here before any link exists, files only under
 * names that were free, links last. Not yet durable: see syncFileSystem.
 *
 * Throws UpdateError `archive_refused`, `hash_mismatch`, `disk_full`, `not_writable`, `requires_unmet`,
 * `unpack_failed`, or the signal's reason.
 */
export async function unpackBundle(unpacking: Unpacking): Promise<void> {
  try {
    await unpack(unpacking);
  } catch (error) {
    throw isDiskFull(error) ? await filledUp(unpacking, error) : error;
  }
}

async function unpack(unpacking: Unpacking): Promise<void> {
  const { bundlePath, manifest, manifestBytes, into, signal, zstd, onProgress } = unpacking;
  signal.throwIfAborted();
  const tree = plannedTree(manifest);
  makeFolders(into, tree);

  const taken = new Set<string>();
  let contentLeft = manifest.bundle?.unpacked_size ?? UNSTATED_MAX_BYTES;
  const take = async ({ header, body }: BundleEntry) => {
    const path = checkedPath(header);
    // Every path once and only listed ones: that also bounds the number of entries.
    if (taken.has(path)) throw refused(header, "is in the bundle twice");
    taken.add(path);
    if (header.type === "directory") return checkFolder(header, path, tree);
    const listed = tree.entries.get(path);
    if (header.type === "symlink") return checkLink(header, listed);
    if (header.type !== "file") throw refused(header, "is neither a file nor a folder nor a link");
    if (path === MANIFEST_PATH) return; // the trusted bytes are written instead
    if (listed === undefined || !("sha256" in listed)) throw refused(header, "is not a file that the manifest lists");
    contentLeft -= header.size;
    if (contentLeft < 0) throw refused(header, "makes the release larger than its manifest states");
    const sha256 = await writeFile(join(into, path), fileMode(header, listed), body);
    if (sha256 !== listed.sha256) throw mismatch(path, listed.sha256, sha256);
  };

  const { sha256 } = await readBundle(
    { path: bundlePath, ...caps(manifest, tree), signal, zstd, onBytes: onProgress },
    take,
  );
  if (manifest.bundle && sha256 !== manifest.bundle.sha256) {
    throw mismatch(manifest.bundle.name, manifest.bundle.sha256, sha256);
  }
  for (const path of tree.entries.keys()) {
    if (!taken.has(path)) throw new UpdateError("archive_refused", `${path} is missing from the bundle.`, { path });
  }
  await writeFile(join(into, MANIFEST_PATH), 0o644, [manifestBytes]);
  makeLinks(into, tree);
}

function caps(manifest: Manifest, tree: Tree): Pick<BundleReading, "name" | "limits"> {
  const { name, size, unpacked_size } = manifest.bundle ?? {
    name: manifest.version,
    size: UNSTATED_MAX_BYTES,
    unpacked_size: UNSTATED_MAX_BYTES,
  };
  const entries = tree.entries.size + tree.folders.size + 2; // the manifest and the root
  const tarBytes = unpacked_size + entries * ENTRY_OVERHEAD_BYTES + MANIFEST_MAX_BYTES + TRAILER_MAX_BYTES;
  return { name, limits: { bundleBytes: size, tarBytes } };
}

/** The entry's path in the tree, "" for its root. One `./` in front and a folder's `/` at the end are tar's habits; nothing else is. */
function checkedPath(header: TarHeader): string {
  let path = header.name;
  if (header.type === "directory" && path.endsWith("/")) path = path.slice(0, -1);
  if (path === "." && header.type === "directory") return "";
  if (path.startsWith("./")) path = path.slice(2);
  const trouble = pathTrouble(path);
  if (trouble) throw refused(header, `has a path that ${trouble}`);
  return path;
}

function checkFolder(header: TarHeader, path: string, tree: Tree): void {
  if (path !== "" && !tree.folders.has(path))
    throw refused(header, "is a folder without any file that the manifest lists");
  checkSpecialBits(header, 0);
}

function checkLink(header: TarHeader, listed: ManifestEntry | undefined): void {
  if (listed === undefined || !("link" in listed)) throw refused(header, "is not a link that the manifest lists");
  if (header.linkname !== listed.link)
    throw refused(header, `links to ${shown(header.linkname ?? "")}, not to ${listed.link}`);
  checkSpecialBits(header, 0);
}

function fileMode(header: TarHeader, { mode }: ListedFile): number {
  const stated = mode === undefined ? undefined : Number.parseInt(mode, 8);
  checkSpecialBits(header, stated ?? 0);
  return stated ?? ((header.mode ?? 0) & USER_EXEC ? 0o755 : 0o644);
}

function checkSpecialBits(header: TarHeader, allowed: number): void {
  if ((header.mode ?? 0) & SPECIAL_BITS & ~allowed)
    throw refused(header, "is setuid, setgid or sticky, which its manifest doesn't say");
}

/** A write that fails names neither its file nor the disk that somebody has to make room on. */
async function filledUp({ manifest, into }: Unpacking, cause: unknown): Promise<UpdateError> {
  const around = dirname(into);
  const path = (await fileSystemOf(around))?.mountPoint ?? around;
  const message = `The disk is full: ${path} ran out of room while ${manifest.version} was unpacked.`;
  return new UpdateError("disk_full", message, { path, version: manifest.version, cause });
}

function refused(header: TarHeader, why: string): UpdateError {
  return new UpdateError("archive_refused", `The bundle's entry ${shown(header.name)} ${why}.`, { path: header.name });
}

function mismatch(path: string, want: string, got: string): UpdateError {
  const detail = `expected sha256 ${want}, got ${got}`;
  return new UpdateError("hash_mismatch", `${path} is not what the release's manifest says it is.`, { path, detail });
}

import { lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MANIFEST_MAX_BYTES, type Manifest, type PublicKey } from "@pawl/protocol";
import { SIGNATURE_MAX_BYTES, signerOf, verifyManifest } from "@pawl/trust";
import { asUpdateError, UpdateError } from "../error.ts";
import { MANIFEST_PATH } from "../installers/bundle/tree.ts";
import { unpackBundle } from "../installers/bundle/unpack.ts";
import { readCapped } from "./read-capped.ts";

export interface VerifiedRelease {
  version: string;
  /** How many files and links. */
  files: number;
  /** Unpacked. */
  bytes: number;
  /** The key whose signature was checked; null when none was given. */
  signedBy: PublicKey | null;
}

/**
 * Checks a release folder with the code that devices check it with: signature, manifest, and the bundle, which is
 * unpacked into a temporary folder and thrown away. Beyond that, `unpacked_size` must be exact. Throws UpdateError.
 */
export async function verifyRelease(
  folder: string,
  keys: readonly PublicKey[],
  signal = never(),
): Promise<VerifiedRelease> {
  try {
    const bytes = await readCapped(join(folder, MANIFEST_PATH), MANIFEST_MAX_BYTES, signal);
    if (bytes === null) throw new UpdateError("not_found", `${folder} has no ${MANIFEST_PATH}.`, { path: folder });
    const signature = await readCapped(join(folder, `${MANIFEST_PATH}.sig`), SIGNATURE_MAX_BYTES, signal);
    const { manifest } = verifyManifest({ bytes, signature, keys });
    await verifyBundle(folder, manifest, bytes, signal);
    return {
      version: manifest.version,
      files: manifest.files.length,
      bytes: manifest.bundle?.unpacked_size ?? 0,
      signedBy: signature && signerOf(bytes, signature, keys),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw asUpdateError(error);
  }
}

async function verifyBundle(
  folder: string,
  manifest: Manifest,
  manifestBytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const { bundle } = manifest;
  if (bundle === undefined) throw new UpdateError("bad_manifest", "The manifest doesn't name its bundle.");
  const temp = await mkdtemp(join(tmpdir(), "pawl-verify-"));
  try {
    const into = join(temp, "tree");
    await unpackBundle({ bundlePath: join(folder, bundle.name), manifest, manifestBytes, into, signal });
    const bytes = await contentBytes(into, manifest);
    if (bytes !== bundle.unpacked_size) {
      throw new UpdateError(
        "bad_manifest",
        `The manifest states ${bundle.unpacked_size} bytes unpacked, but they are ${bytes}.`,
      );
    }
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function contentBytes(tree: string, { files }: Manifest): Promise<number> {
  let bytes = 0;
  for (const entry of files) {
    if ("sha256" in entry) bytes += (await lstat(join(tree, entry.path))).size;
  }
  return bytes;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

import { createHash } from "node:crypto";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { MANIFEST_MAX_BYTES, type Manifest, type PublicKey, type Release, Sha256 } from "@pawl/protocol";
import { SIGNATURE_MAX_BYTES, sha256Of, verifyManifest } from "@pawl/trust";
import { UpdateError } from "../error.ts";
import { ensureFolder, syncFolder, writeFileDurably, writeFileWhole } from "../store/atomic-file.ts";
import { openUntrusted, readUntrusted } from "../store/untrusted-file.ts";
import type { Clock } from "../system/types.ts";
import type { Downloads } from "../update/fetch-executors.ts";
import type { Advance } from "../update/progress.ts";
import { bundleName } from "./bundle-name.ts";
import { copyFile } from "./copy-file.ts";
import { type Downloaded, downloadFile } from "./download-file.ts";
import { hashOf } from "./hash-file.ts";
import { manifestInside } from "./manifest-inside.ts";
import { type CommitToPack, packCommit } from "./pack-commit.ts";
import type { Wanted } from "./part-sidecar.ts";

const MANIFEST = "manifest.json";
const SIGNATURE = "manifest.json.sig";

export interface DownloadsParts {
  dir: string;
  keys: readonly PublicKey[];
  /** Request headers for an address. Throws for one that its source has no business with. */
  headers(url: string): Promise<Record<string, string>>;
  clock: Clock;
}

/** The folder where one release at a time waits to be installed: its manifest, its signature, its bundle. */
export class DownloadsFolder implements Downloads {
  readonly #parts: DownloadsParts;

  constructor(parts: DownloadsParts) {
    this.#parts = parts;
  }

  /** Where a bundle with this hash is, or will be. */
  #path(sha256: Sha256): string {
    return join(this.#parts.dir, bundleName(sha256));
  }

  async keep(manifest: { bytes: Uint8Array; signature: Uint8Array | null; bundle: Sha256 }): Promise<void> {
    await ensureFolder(this.#parts.dir);
    await this.#removeAllBut(bundleName(manifest.bundle));
    // The folder is made safe with the manifest.
    if (manifest.signature) await writeFileWhole(join(this.#parts.dir, SIGNATURE), manifest.signature);
    await writeFileDurably(join(this.#parts.dir, MANIFEST), manifest.bytes);
  }

  async fetch(
    url: string,
    bundle: NonNullable<Manifest["bundle"]>,
    advance: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<number> {
    const { size, sha256 } = bundle;
    const { received } = await this.#obtain({ url, to: this.#path(sha256), size, sha256 }, advance, signal);
    return received;
  }

  async fetchUnstated(
    url: string,
    size: number | null,
    advance: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<{ bytes: number; sha256: Sha256 }> {
    const { dir } = this.#parts;
    const name = unstatedName(url);
    await ensureFolder(dir);
    await this.#removeAllBut(name);
    const got = await this.#obtain({ url, to: join(dir, name), size, sha256: null }, advance, signal);
    const sha256 = Sha256.parse(got.sha256);
    await rename(join(dir, name), this.#path(sha256));
    await syncFolder(dir);
    return { bytes: got.received, sha256 };
  }

  async manifestInside(bundle: Sha256, signal: AbortSignal): Promise<Uint8Array> {
    return manifestInside({ path: this.#path(bundle), name: bundleName(bundle), signal });
  }

  async packCommit(
    about: CommitToPack,
    checkOut: (dir: string, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { dir } = this.#parts;
    await ensureFolder(dir);
    await this.#removeAllBut("commit.");
    const { bytes, bundle } = await packCommit(dir, about, checkOut, signal);
    await this.keep({ bytes, signature: null, bundle });
  }

  async hasCommit(commit: string, version: string): Promise<boolean> {
    const { dir, keys } = this.#parts;
    const asked = { version, manifest_sha256: null, bundle_sha256: null };
    const found = await readFetched(dir, asked, keys).catch(() => null);
    return found?.manifest.commit === commit && (await isThere(this.#path(found.sha256)));
  }

  async packed({
    version,
  }: Pick<Release, "version">): Promise<{ manifest: Manifest; manifestSha256: Sha256; size: number }> {
    const { dir, keys } = this.#parts;
    const { manifest, manifestBytes } = await readFetched(
      dir,
      { version, manifest_sha256: null, bundle_sha256: null },
      keys,
    );
    return { manifest, manifestSha256: sha256Of(manifestBytes), size: manifest.bundle?.size ?? 0 };
  }

  async verify(release: Release, advance: (advance: Advance) => void, signal: AbortSignal): Promise<void> {
    const { manifest, sha256 } = await readFetched(this.#parts.dir, release, this.#parts.keys);
    const { size, name } = manifest.bundle ?? { size: release.size_bytes ?? 0, name: "The bundle" };
    const actual = await hashFile(this.#path(sha256), size, advance, signal);
    if (actual === sha256) return;
    await rm(this.#path(sha256), { force: true });
    throw new UpdateError("hash_mismatch", `${name} was damaged after the download. It was removed; try again.`, {
      version: manifest.version,
      detail: `expected sha256 ${sha256}, got ${actual}`,
    });
  }

  async clear(): Promise<void> {
    await rm(this.#parts.dir, { recursive: true, force: true });
  }

  /** The source is asked first: it knows which addresses are its own, a file of this device for instance. */
  async #obtain(wanted: Wanted, advance: (advance: Advance) => void, signal: AbortSignal): Promise<Downloaded> {
    const { headers, clock } = this.#parts;
    const options = { ...wanted, headers: await headers(wanted.url), clock, signal, onProgress: advance };
    return new URL(wanted.url).protocol === "file:" ? copyFile(options) : downloadFile(options);
  }

  /** A bundle, or the beginning of one, and nothing else stays. */
  async #removeAllBut(bundle: string): Promise<void> {
    for (const name of await readdir(this.#parts.dir)) {
      if (!name.startsWith(bundle)) await rm(join(this.#parts.dir, name), { recursive: true, force: true });
    }
  }
}

/** The name, until its hash is known, of a bundle whose hash nobody has stated: one for each address, so that it can be continued. */
function unstatedName(url: string): string {
  return `${createHash("sha256").update(url).digest("hex").slice(0, 32)}.unstated`;
}

/**
 * The manifest that lies in a downloads folder, verified as if nobody had done so before: by these keys, for this
 * release. Gives also the hash of the bundle it goes with. Throws UpdateError or TrustError when it isn't what was asked for. Root calls it on the other side's folder.
 */
export async function readFetched(
  dir: string,
  release: Pick<Release, "version" | "manifest_sha256" | "bundle_sha256">,
  keys: readonly PublicKey[],
): Promise<{ manifest: Manifest; manifestBytes: Uint8Array; sha256: Sha256 }> {
  const manifestBytes = await readUntrusted(join(dir, MANIFEST), MANIFEST_MAX_BYTES);
  if (!manifestBytes)
    throw new UpdateError("not_found", "The download is gone. Try again.", { version: release.version });
  const { manifest } = verifyManifest({
    bytes: manifestBytes,
    signature: await readUntrusted(join(dir, SIGNATURE), SIGNATURE_MAX_BYTES),
    keys,
    expectedVersion: release.version,
    ...(release.manifest_sha256 === null ? {} : { expectedSha256: release.manifest_sha256 }),
  });
  // Where the manifest names no bundle, that of the very download it came with: its files' hashes decide in the end.
  const sha256 = manifest.bundle?.sha256 ?? release.bundle_sha256;
  if (sha256 === null) throw new UpdateError("bad_manifest", `Nothing says what the bundle of ${manifest.version} is.`);
  return { manifest, manifestBytes, sha256 };
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function hashFile(
  path: string,
  size: number,
  advance: (advance: Advance) => void,
  signal: AbortSignal,
): Promise<string> {
  await using file = await openUntrusted(path);
  const hash = await hashOf(file, signal, (doneBytes) => advance({ doneBytes, totalBytes: size }));
  return hash.digest("hex");
}

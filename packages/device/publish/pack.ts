import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MANIFEST_MAX_BYTES, type Manifest, type PublicKey, type Requires, Sha256, Version } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { publicKeyOf, readManifest, sha256Of, sign } from "@pawl/trust";
import { asUpdateError, UpdateError } from "../error.ts";
import { MANIFEST_PATH, plannedTree } from "../installers/bundle/tree.ts";
import { ensureFolder, writeFileDurably } from "../store/atomic-file.ts";
import { ABOUT_FILE, About } from "./about.ts";
import { isInside } from "./inside.ts";
import { readCapped } from "./read-capped.ts";
import { type TreeEntry, walkTree } from "./walk.ts";
import { type BundleFormat, writeBundle } from "./write-bundle.ts";

export interface PackOptions {
  /** What becomes the release: everything in it. */
  dir: string;
  /** Gets a folder named like the version. Must not lie in `dir`. */
  outDir: string;
  name: string;
  version: string;
  /** Paths in `dir` that are shipped but belong to the owner once edited. */
  config?: string[];
  /** The oldest version it can be installed over. */
  minFrom?: string;
  /** What a device must be or have. */
  requires?: Requires;
  /** What is done on the device once the release is in place. */
  postInstall?: unknown;
  /** Default: tar.gz, which every device can read. */
  format?: BundleFormat;
  /** A release of this version that is there already makes way. */
  replace?: boolean;
  /** Also one by which no device could tell what is newer. */
  anyVersion?: boolean;
  /** Where people read what is new: a web address. */
  changelog?: string;
  /** ISO 8601 in UTC. Without it the manifest has no such time, unless `sourceDateEpoch` is given. */
  publishedAt?: string;
  /** Seconds: the time of every entry in the bundle (reproducible-builds.org, SOURCE_DATE_EPOCH). Default 0. */
  sourceDateEpoch?: number;
  /** For the index: see about.ts. */
  channel?: string;
  title?: string;
  notes?: string;
  signal?: AbortSignal;
}

export interface PackedRelease {
  folder: string;
  manifest: Manifest;
  manifestSha256: Sha256;
  /** Of the key it is signed with. */
  signedBy: PublicKey | null;
}

/**
 * Makes `<outDir>/<version>/` with bundle, manifest, signature (when there is a key) and release.json. The same input
 * gives the same bytes; each file appears whole or not at all, the manifest last.
 *
 * Throws UpdateError: `not_found` without such a folder, `archive_refused` for files no device would accept,
 * `requires_unmet` for a format this machine can't write, `bad_version`, `bad_manifest` or `bad_request` for the rest of
 * the input, which includes a version that is there already.
 */
export async function packRelease(options: PackOptions, privateKeyPem?: string): Promise<PackedRelease> {
  try {
    return await pack(options, privateKeyPem);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw asUpdateError(error);
  }
}

async function pack(options: PackOptions, privateKeyPem: string | undefined): Promise<PackedRelease> {
  const { dir, outDir, version, signal, format = "tar.gz" } = options;
  const signedBy = privateKeyPem === undefined ? null : publicKeyOf(privateKeyPem);
  if (isInside(dir, outDir)) {
    throw new UpdateError(
      "bad_request",
      `${outDir} lies in ${dir}, so each release would contain those before it; name another folder.`,
    );
  }
  checkVersion(options);
  const folder = join(outDir, version);
  const before = await readCapped(join(folder, MANIFEST_PATH), MANIFEST_MAX_BYTES, signal);
  if (before !== null && !options.replace) throw alreadyThere(version, folder);
  const about = readAbout(options);
  const entries = await walkTree(dir, signal);
  checkAsADeviceWould(options, entries);

  await ensureFolder(folder);
  const bundleName = `${options.name}-${version}.${format}`;
  const mtime = new Date((options.sourceDateEpoch ?? 0) * 1000);
  const { files, ...bundle } = await writeBundle({
    dir,
    entries,
    path: join(folder, bundleName),
    format,
    mtime,
    signal,
  });

  const bytes = manifestBytes(options, {
    bundle: { name: bundleName, size: bundle.size, sha256: bundle.sha256, unpacked_size: bundle.unpackedSize },
    files,
  });
  const manifest = readManifest(bytes);
  const signaturePath = join(folder, `${MANIFEST_PATH}.sig`);
  if (privateKeyPem === undefined) await rm(signaturePath, { force: true });
  else await writeFileDurably(signaturePath, `${sign(bytes, privateKeyPem)}\n`);
  await writeFileDurably(join(folder, ABOUT_FILE), `${JSON.stringify(about, null, 2)}\n`);
  await writeFileDurably(join(folder, MANIFEST_PATH), bytes);
  const old = before && bundleNameIn(before);
  if (old && old !== bundleName) await rm(join(folder, old), { force: true });
  return { folder, manifest, manifestSha256: sha256Of(bytes), signedBy };
}

function readAbout({ channel, title, notes }: PackOptions): About {
  const parsed = About.safeParse({ channel, title, notes });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UpdateError("bad_request", `The release's ${issue?.path.join(".")} is wrong: ${issue?.message}.`, {
    cause: parsed.error,
  });
}

function checkVersion({ version, anyVersion }: PackOptions): void {
  // The order of opkg takes any word for a version.
  const schemes = Object.values(versionings).filter(({ name }) => name !== "opkg");
  if (anyVersion || !Version.safeParse(version).success || schemes.some(({ isValid }) => isValid(version))) return;
  const message = `${version} isn't a version that devices can compare, such as 1.4.0, 2025.10.1 or 1.4.0rc1. Choose another, or give --any-version.`;
  throw new UpdateError("bad_version", message, { version });
}

function alreadyThere(version: string, folder: string): UpdateError {
  const message = `${folder} has a release ${version} already. Devices may have it: give the new one a new version, or --replace it.`;
  return new UpdateError("bad_request", message, { version, path: folder });
}

/** Of a release that is replaced; null when its manifest can't be read. */
function bundleNameIn(manifest: Uint8Array): string | null {
  try {
    return readManifest(manifest).bundle?.name ?? null;
  } catch {
    return null;
  }
}

/** Before anything is written: half a gigabyte later is a bad time to hear of a typing error. */
function checkAsADeviceWould(options: PackOptions, entries: readonly TreeEntry[]): void {
  const own = entries.find(({ path }) => path.toLowerCase() === MANIFEST_PATH);
  if (own) {
    const why = `${own.path} at the top of a release is Pawl's own`;
    throw new UpdateError("archive_refused", `${why}; move the app's file of that name into a folder.`, {
      path: own.path,
    });
  }
  const unknown = Sha256.parse("0".repeat(64));
  const files = entries.map((entry) =>
    entry.kind === "link" ? { path: entry.path, link: entry.target } : { path: entry.path, sha256: unknown },
  );
  plannedTree({ files });
  readManifest(manifestBytes(options, { files }));
}

/** Its fields in the order people like to read them, the long list last. */
function manifestBytes(options: PackOptions, { bundle, files }: Pick<Manifest, "bundle" | "files">): Uint8Array {
  const { name, version, sourceDateEpoch, changelog, config, requires } = options;
  const builtAt = sourceDateEpoch === undefined ? undefined : new Date(sourceDateEpoch * 1000).toISOString();
  const published_at = options.publishedAt ?? builtAt;
  const about = { manifest_version: 1, name, version, published_at, changelog };
  const asked = { min_from: options.minFrom, requires, post_install: options.postInstall };
  const manifest = { ...about, ...asked, bundle, config, files };
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, type PublicKey, Sha256 } from "@pawl/protocol";
import { publicKeyOf, readManifest, sha256Of, sign } from "@pawl/trust";
import { asUpdateError, UpdateError } from "../error.ts";
import { MANIFEST_PATH, plannedTree } from "../installers/bundle/tree.ts";
import { ensureFolder, writeFileDurably } from "../store/atomic-file.ts";
import { ABOUT_FILE, About } from "./about.ts";
import { isInside } from "./inside.ts";
import { type TreeEntry, walkTree } from "./walk.ts";
import { writeBundle } from "./write-bundle.ts";

export interface PackOptions {
  /** What becomes the release: everything in it. */
  dir: string;
  /** Gets a folder named like the version. Must not lie in `dir`. */
  outDir: string;
  name: string;
  version: string;
  /** Paths in `dir` that are shipped but belong to the owner once edited. */
  config?: string[];
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
 * gives the same bytes; each file appears whole or not at all, the manifest last. A release that is already there is
 * replaced.
 *
 * Throws UpdateError: `not_found` without such a folder, `archive_refused` for files no device would accept,
 * `bad_version`, `bad_manifest` or `bad_request` for the rest of the input.
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
  const { dir, outDir, version, signal } = options;
  const signedBy = privateKeyPem === undefined ? null : publicKeyOf(privateKeyPem);
  if (isInside(dir, outDir)) {
    throw new UpdateError(
      "bad_request",
      `${outDir} lies in ${dir}, so each release would contain those before it; name another folder.`,
    );
  }
  const about = readAbout(options);
  const entries = await walkTree(dir, signal);
  checkAsADeviceWould(options, entries);

  const folder = join(outDir, version);
  await ensureFolder(folder);
  const bundleName = `${options.name}-${version}.tar.gz`;
  const mtime = new Date((options.sourceDateEpoch ?? 0) * 1000);
  const { files, ...bundle } = await writeBundle({ dir, entries, path: join(folder, bundleName), mtime, signal });

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
  const { name, version, sourceDateEpoch, changelog, config } = options;
  const builtAt = sourceDateEpoch === undefined ? undefined : new Date(sourceDateEpoch * 1000).toISOString();
  const published_at = options.publishedAt ?? builtAt;
  const manifest = { manifest_version: 1, name, version, published_at, changelog, bundle, config, files };
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

import * as z from "zod";
import { parents } from "./tree-path.ts";
import { Commit, Instant, Sha256, TreePath, Version } from "./values.ts";

/** The highest `manifest_version` this program reads. */
export const MANIFEST_VERSION = 1;

/** A manifest larger than this is refused unread, in bytes. */
export const MANIFEST_MAX_BYTES = 8 * 1024 * 1024;

/** A file's permissions as four octal digits at most, `0755`; the setuid bits only count because they are listed here. */
const Mode = z.string().regex(/^[0-7]{3,4}$/, "must be octal permissions such as 0755");

const ManifestFile = z.strictObject({ path: TreePath, sha256: Sha256, mode: Mode.optional() });
const ManifestLink = z.strictObject({ path: TreePath, link: z.string().min(1).max(1024) });

/** One entry of `files`: a regular file with its hash, or a link that stays inside the tree. */
export const ManifestEntry = z.union([ManifestFile, ManifestLink]);
export type ManifestEntry = z.infer<typeof ManifestEntry>;

const UnitName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,200}$/, "must be a unit's name");

/** One thing to do after the switch: to a unit, a program of the device's own, or a command, where the device allows those. */
export const PostInstallStep = z.union([
  z.strictObject({ restart: UnitName }),
  z.strictObject({ reload: UnitName }),
  z.strictObject({ daemon_reload: z.literal(true) }),
  /** The name of a hook in `hooks_dir`. */
  z.strictObject({ run: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "must be a hook's name") }),
  /** For `sh -c`. */
  z.string().min(1).max(4096),
]);
export type PostInstallStep = z.infer<typeof PostInstallStep>;

/** A range such as `>=18.19` or `^1.2`; a bare version means that or later. */
const Range = z.string().min(1).max(100);
const oneOrMore = z.union([
  z
    .string()
    .min(1)
    .transform((one) => [one]),
  z.array(z.string().min(1)).min(1),
]);

/** What a device must be or have, or the release isn't for it. */
export const Requires = z.strictObject({
  pawl: Range.optional(),
  /** `linux`, or an ID of os-release(5) such as `debian`. One of them. */
  os: oneOrMore.optional(),
  /** As Node names them (`arm64`, `arm`, `x64`) or `uname -m` does. One of them. */
  arch: oneOrMore.optional(),
  node: Range.optional(),
  python: Range.optional(),
  /** Of all memory the device has, in MiB. */
  memory_mb: z.int().min(1).optional(),
});
export type Requires = z.infer<typeof Requires>;

const KNOWN = {
  /** The release's version; equals its tag but for a leading v. */
  version: Version,
  manifest_version: z
    .number()
    .int()
    .min(1)
    .max(MANIFEST_VERSION, `is newer than this Pawl reads (${MANIFEST_VERSION}); update Pawl first`)
    .default(1),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i)
    .optional(),
  /** Where people read what is new. */
  changelog: z.url().optional(),
  published_at: Instant.optional(),
  /** The commit it was made from. */
  commit: Commit.optional(),
  /** Absent only in bundles that carry their manifest inside. */
  bundle: z
    .strictObject({
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]{0,200}$/, "must be a plain file name"),
      /** Bytes of the archive as it is downloaded. */
      size: z.number().int().min(0),
      sha256: Sha256,
      /** Bytes of all files together once unpacked. */
      unpacked_size: z.number().int().min(0),
    })
    .optional(),
  /** The oldest version it can be installed over. */
  min_from: Version.optional(),
  requires: Requires.optional(),
  /** In this order, after the switch and before the app's services are restarted. */
  post_install: z.array(PostInstallStep).max(100).default([]),
  files: z.array(ManifestEntry).max(200_000),
  /** Files that are shipped but belong to the owner once edited. */
  config: z.array(TreePath).default([]),
};

/**
 * What a release is made of (contract device-api.md §6). Fields whose names begin with `x-` are the publisher's own and
 * are ignored; any other unknown field is refused, because a device must not install what it doesn't understand.
 */
export const Manifest = z.looseObject(KNOWN).superRefine((manifest, context) => {
  for (const key of Object.keys(manifest)) {
    if (!Object.hasOwn(KNOWN, key) && !key.startsWith("x-")) {
      context.addIssue({ code: "custom", path: [key], message: `unknown field "${key}"` });
    }
  }
  const seen = new Set<string>();
  for (const [at, entry] of manifest.files.entries()) {
    if (seen.has(entry.path)) {
      context.addIssue({ code: "custom", path: ["files", at], message: `${entry.path} is listed twice` });
    }
    seen.add(entry.path);
  }
  for (const [at, entry] of manifest.files.entries()) {
    const parent = parents(entry.path).find((path) => seen.has(path));
    if (parent) {
      context.addIssue({
        code: "custom",
        path: ["files", at],
        message: `${entry.path} lies below ${parent}, which is a file`,
      });
    }
  }
  for (const [at, path] of manifest.config.entries()) {
    if (!seen.has(path)) {
      context.addIssue({
        code: "custom",
        path: ["config", at],
        message: `${path} is named as config but not in files`,
      });
    }
  }
});
export type Manifest = z.infer<typeof Manifest>;

import type { PackageRecord } from "../world/package.ts";

/** A package as an index lists it. */
export interface ListedPackage {
  record: PackageRecord;
  /** Name of the file in its feed. */
  filename: string;
  /** Bytes of the file. */
  size: number;
  /** Of the file, hex. */
  sha256: string;
  installedSize: number;
  /** What an apk index knows the package by: the sha256 of its own ADB block. Empty for opkg. */
  digest: Buffer;
}

/** A package with its file. */
export interface PackageFile extends ListedPackage {
  bytes: Buffer;
}

/** A file inside a package; an empty folder, if its path ends in a slash. */
export interface ContentFile {
  /** Without a slash before: `usr/bin/curl`. */
  path: string;
  content: Buffer;
  /** Default: 0644. */
  mode?: number;
}

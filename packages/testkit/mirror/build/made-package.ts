import { createCipheriv, createHash } from "node:crypto";
import { apkPackage } from "../formats/apk-package.ts";
import { ipk } from "../formats/ipk.ts";
import type { ContentFile, PackageFile } from "../formats/package-file.ts";
import type { Generation, PackageRecord } from "../world/package.ts";

/** A package that the world doesn't have, such as somebody makes up at the time. */
export interface MadePackage {
  name: string;
  version: string;
  /** The end of its name that is its ABI. Default: none. */
  abi?: string;
  /** Default: `all`. */
  architecture?: string;
  /** As opkg writes them: `libc`, `kernel (= 6.6.119~…-r1)`. */
  depends?: readonly string[];
  conflicts?: readonly string[];
  provides?: readonly string[];
  /** Default: one. */
  files?: readonly ContentFile[];
  /** A shell script, run while an image is made. */
  postInstall?: string;
}

/** Its file. */
export function madePackageFile(made: MadePackage, generation: Generation, time: number): PackageFile {
  const {
    name,
    version,
    abi = "",
    architecture = "all",
    depends = [],
    conflicts = [],
    provides = [],
    postInstall,
  } = made;
  const record: PackageRecord = {
    name,
    baseName: name.slice(0, name.length - abi.length),
    abi,
    version,
    architecture,
    depends,
    conflicts,
    provides,
    section: "net",
    description: `${name}, made up`,
    essential: false,
  };
  const files = made.files ?? [{ path: `usr/share/${name}`, content: Buffer.from(`${name} ${version}\n`) }];
  return generation === "apk" ? apkPackage(record, files, time, postInstall) : ipk(record, files, time, postInstall);
}

/** So many bytes that look random, follow from a text, and can't be compressed: what makes a build take its time. */
export function noise(seed: string, bytes: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

import { isName } from "../../../catalog/upstream/names.ts";

/** How an ImageBuilder's archive is compressed. */
export type Compression = "zst" | "xz";

export interface NamedArchive {
  /** `openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.zst` */
  archive: string;
  /** Hex. */
  sha256: string;
}

/**
 * The ImageBuilder's archive among the files of a target's folder, by what `sha256sums` calls it: its name has a version
 * or none, and a distribution's own beginning (imagebuilder.md §2). Null when there is none; of two, the better compressed.
 */
export function findArchive(sums: ReadonlyMap<string, string>, target: string): NamedArchive | null {
  const found = [...sums]
    .map(([path, sha256]) => ({ archive: path.replace(/^\.\//, ""), sha256 }))
    .filter(({ archive }) => isArchiveOf(archive, target))
    .sort((a, b) => rank(a.archive) - rank(b.archive) || (a.archive < b.archive ? -1 : 1));
  return found[0] ?? null;
}

export function compressionOf(archive: string): Compression {
  return archive.endsWith(".zst") ? "zst" : "xz";
}

/** `<distribution>-imagebuilder-[<version>-]<target>-<subtarget>.Linux-x86_64.tar.(zst|xz)`, right in the folder. */
function isArchiveOf(name: string, target: string): boolean {
  if (!isName("file", name)) return false;
  const [, between] = /^[A-Za-z0-9][A-Za-z0-9._-]*-imagebuilder-(.+)\.Linux-x86_64\.tar\.(?:zst|xz)$/i.exec(name) ?? [];
  const board = target.replace("/", "-");
  return between === board || between?.endsWith(`-${board}`) === true;
}

function rank(archive: string): number {
  return compressionOf(archive) === "zst" ? 0 : 1;
}

/** What an image is for, most wanted first. */
export const IMAGE_USES = ["upgrade", "disk", "install", "boot", "part"] as const;
/**
 * `upgrade`: written by a device that runs the system already. `disk`: a whole disk or card, to begin with and to upgrade.
 * `install`: written by what the device came with, or by its boot loader. `boot`: started, and kept nowhere.
 * `part`: a piece of the others, for those who put them together themselves.
 */
export type ImageUse = (typeof IMAGE_USES)[number];

/** By the names that upstream's targets give their images; what it calls otherwise is a part. The first that fits counts. */
const USES: readonly (readonly [RegExp, ImageUse])[] = [
  [/sysupgrade/, "upgrade"],
  [/factory|recovery|installer|tftp/, "install"],
  [/^combined|sdcard|^image|^(?:vmdk|vdi|vhdx|qcow2|iso)$/, "disk"],
  [/initramfs|^kernel$/, "boot"],
];

export function imageUse(type: string): ImageUse {
  return USES.find(([pattern]) => pattern.test(type))?.[1] ?? "part";
}

interface Image {
  type: string;
  filesystem?: string | null;
}

/** For sorting: by use; of those for the same, by type and file system, a squashfs first, since it can be reset. */
export function compareImages(a: Image, b: Image): number {
  const rank = ({ type }: Image) => IMAGE_USES.indexOf(imageUse(type));
  return rank(a) - rank(b) || compare(a.type, b.type) || compare(filesystemKey(a), filesystemKey(b));
}

function filesystemKey({ filesystem }: Image): string {
  return filesystem === "squashfs" ? "" : (filesystem ?? "~");
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

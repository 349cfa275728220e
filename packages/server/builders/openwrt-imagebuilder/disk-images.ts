import type { BuildError, MadeImage } from "../types.ts";
import { size } from "./make.ts";
import { sizeError } from "./troubles/image-failure.ts";

/**
 * Whether a squashfs is larger than the partition it was written to. Disk images are put together without a look at that: what doesn't
 * fit is written over whatever comes behind (imagebuilder §9). An ext4 of the same packages would fail to be made, but isn't made when
 * only squashfs is asked for. Null when all is well, or the device has no partitions.
 */
export function partitionTooSmall(
  stdout: readonly string[],
  images: readonly MadeImage[],
  partitionMb: number | null,
  profile: string,
): BuildError | null {
  if (partitionMb === null) return null;
  if (!images.some(({ type, filesystem }) => filesystem === "squashfs" && ON_A_DISK.test(type))) return null;
  const bytes = Math.max(0, ...stdout.map(squashfsBytes));
  if (bytes <= partitionMb * MB) return null;
  const sentence = `The root file system of ${profile} has ${size(bytes)}, and its partition ${partitionMb} MiB: leave packages out, or ask for a larger one.`;
  return sizeError(profile, sentence);
}

const MB = 1024 * 1024;
const ON_A_DISK = /^(?:combined|sdcard)/;

/** mksquashfs says at its end: `Filesystem size 3140.62 Kbytes (3.07 Mbytes)`. */
function squashfsBytes(line: string): number {
  const [, kilobytes] = /^Filesystem size (\d+(?:\.\d+)?) Kbytes/.exec(line) ?? [];
  return kilobytes === undefined ? 0 : Math.round(Number(kilobytes) * 1024);
}

import * as z from "zod";
import { imageLimit } from "../catalog/image-limit.ts";
import type { Profile } from "../catalog/types.ts";

/** Bytes; null: nobody says, as upstream's lists of before 25.12 don't. */
export interface ImageRoom {
  /** The largest image that the device takes. */
  limit: number | null;
  /** Upstream's own image, with nothing but what the device has anyway. */
  upstreamSize: number | null;
  /** An estimate: packages take in a squashfs about what their compressed files do. */
  expectedSize: number | null;
}

const Bytes = z.int().min(0);
const Images = z.object({
  images: z.array(z.object({ type: z.string(), size: Bytes.optional(), filesystem: z.string().optional() })),
});

/** @param moreBytes of packages' files, than upstream's own image has */
export function imageRoom({ raw }: Pick<Profile, "raw">, moreBytes: number): ImageRoom {
  const upstreamSize = upstreamSizeOf(raw);
  return {
    limit: imageLimit({ raw }),
    upstreamSize,
    expectedSize: upstreamSize === null ? null : Math.max(0, upstreamSize + moreBytes),
  };
}

/** Of the image that is written by an upgrade: others are padded to the size of what they are written to. */
function upstreamSizeOf(raw: Profile["raw"]): number | null {
  const images = Images.safeParse(raw).data?.images ?? [];
  const upgrade = images.find(({ type, filesystem }) => type === "sysupgrade" && filesystem === "squashfs");
  return upgrade?.size ?? null;
}

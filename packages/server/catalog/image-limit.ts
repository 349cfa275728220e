import * as z from "zod";
import type { Profile } from "./types.ts";

const Limits = z.object({ file_size_limits: z.object({ image: z.int().min(0) }) });

/** Bytes of the largest image that a device takes; null where upstream's `profiles.json` doesn't say, as before 25.12. */
export function imageLimit({ raw }: Pick<Profile, "raw">): number | null {
  return Limits.safeParse(raw).data?.file_size_limits.image ?? null;
}

import { z } from "@hono/zod-openapi";
import { provenance } from "../catalog/answers.ts";
import type { Package } from "../catalog/types.ts";
import type { ImageRoom } from "./image-room.ts";
import type { PackageSet } from "./package-set.ts";

const Bytes = z.int().min(0);

const of = {
  name: z.string(),
  version: z.string(),
  size: Bytes.nullable().openapi({ description: "Bytes of the package file." }),
  installed_size: Bytes.nullable().openapi({ description: "Bytes once it is installed." }),
};

const Sizes = z
  .object({ size: Bytes, installed_size: Bytes })
  .openapi("PackageSizes", { description: "Sums, as far as the index says sizes." });

const Room = z
  .object({
    limit: Bytes.nullable().openapi({ description: "The largest image that the device takes." }),
    upstream_size: Bytes.nullable().openapi({ description: "Upstream's own image, with nothing asked for." }),
    expected_size: Bytes.nullable().openapi({ description: "About, with what was asked for." }),
  })
  .openapi("ImageRoom", { description: "Bytes; null where upstream doesn't say, as it doesn't before 25.12." });

export const PackageSetAnswer = z
  .object({
    items: z
      .array(
        z.object({
          ...of,
          added: z.boolean().openapi({ description: "It wouldn't be there if nothing was asked for." }),
          why: z.enum(["default", "asked", "needed"]).openapi({
            description: "The device has it anyway; it was asked for; another package depends on it.",
          }),
          needed_by: z
            .string()
            .nullable()
            .openapi({ description: "The first that depends on it; null: none needs to." }),
        }),
      )
      .openapi({ description: "All that would be installed, by name." }),
    removed: z.array(z.object(of)).openapi({ description: "What would be there if nothing was asked for." }),
    unknown: z.array(z.string()).openapi({ description: "Asked for, and no package is called that or provides it." }),
    missing: z
      .array(z.object({ name: z.string(), needed_by: z.string().nullable() }))
      .openapi({ description: "What others depend on, and nobody has." }),
    conflicts: z
      .array(z.object({ name: z.string(), with: z.string() }))
      .openapi({ description: "Pairs that can't be installed together." }),
    total: Sizes,
    own: Sizes.openapi({ description: "Of what would be there if nothing was asked for." }),
    image: Room,
    ...provenance,
  })
  .openapi("PackageSet");

export function packageSetAnswer(set: PackageSet, unknown: readonly string[], room: ImageRoom) {
  const without = new Set(unknown);
  return {
    items: set.items.map(({ one, isAdded, isAsked, neededBy }) => ({
      ...named(one),
      added: isAdded,
      why: whyOf({ isAsked, neededBy }),
      needed_by: neededBy,
    })),
    removed: set.removed.map(named),
    unknown: [...unknown],
    missing: set.missing
      .filter(({ name, neededBy }) => neededBy !== null || !without.has(name))
      .map(({ name, neededBy }) => ({ name, needed_by: neededBy })),
    conflicts: [...set.conflicts],
    total: sizes(set.total),
    own: sizes(set.own),
    image: { limit: room.limit, upstream_size: room.upstreamSize, expected_size: room.expectedSize },
  };
}

function whyOf({ isAsked, neededBy }: { isAsked: boolean; neededBy: string | null }): "default" | "asked" | "needed" {
  if (isAsked) return "asked";
  return neededBy === null ? "default" : "needed";
}

function named({ name, version, size, installedSize }: Package) {
  return { name, version, size, installed_size: installedSize };
}

function sizes({ size, installedSize }: PackageSet["total"]) {
  return { size, installed_size: installedSize };
}

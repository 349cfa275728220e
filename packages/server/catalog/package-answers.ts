import { z } from "@hono/zod-openapi";
import { listOf } from "../http/page.ts";
import { provenance } from "./answers.ts";

const PackageAnswer = z
  .object({
    name: z.string(),
    version: z.string(),
    feed: z.string(),
    description: z.string().nullable(),
    size: z.int().nullable().openapi({ description: "Bytes of the package file." }),
    installed_size: z.int().nullable().openapi({ description: "Bytes once it is installed." }),
    depends: z.array(z.string()),
  })
  .openapi("Package");
export const PackageList = z.object({ ...listOf(PackageAnswer), ...provenance }).openapi("PackageList");

export const PackageDetail = PackageAnswer.extend({
  conflicts: z.array(z.string()),
  provides: z.array(z.string()),
  abi: z.string().nullable(),
  ...provenance,
}).openapi("PackageDetail");

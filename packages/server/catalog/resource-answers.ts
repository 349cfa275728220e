import { z } from "@hono/zod-openapi";
import { orNull } from "../http/or-null.ts";
import { listOf } from "../http/page.ts";
import { Instant, TroubleAnswer, TrustAnswer, troubleAnswer } from "./answers.ts";
import type { ResourceCount, ResourceState } from "./types.ts";

export const ResourceKindAnswer = z.enum(["versions", "targets", "models", "target", "feeds", "index"]);

const ResourceAnswer = z
  .object({
    distribution: z.string(),
    kind: ResourceKindAnswer,
    path: z.string(),
    branch: z.string().nullable(),
    version: z.string().nullable(),
    checked_at: Instant.nullable().openapi({ description: "When upstream last confirmed it; null: never was read." }),
    changed_at: Instant.nullable(),
    size: z.int().nullable().openapi({ description: "Bytes as read." }),
    trust: orNull(TrustAnswer),
    trouble: orNull(TroubleAnswer),
  })
  .openapi("Resource", { description: "One thing that is read from upstream, with a state of its own." });
export const ResourceList = z
  .object({ ...listOf(ResourceAnswer), total: z.int(), in_trouble: z.int() })
  .openapi("ResourceList");

export function resourceAnswer(resource: ResourceState): z.input<typeof ResourceAnswer> {
  const { distribution, kind, path, branch, version, checkedAt, changedAt, size, trust, trouble } = resource;
  return {
    distribution,
    kind,
    path,
    branch,
    version,
    checked_at: checkedAt?.toISOString() ?? null,
    changed_at: changedAt?.toISOString() ?? null,
    size,
    trust,
    trouble: trouble && troubleAnswer(trouble, checkedAt),
  };
}

export const BranchCounts = z
  .object({
    items: z.array(
      z.object({
        distribution: z.string(),
        branch: z.string().nullable().openapi({ description: "Null: what belongs to none." }),
        total: z.int(),
        in_trouble: z.int(),
        checked_at: Instant.nullable().openapi({ description: "When upstream last confirmed any of it." }),
        oldest_at: Instant.nullable().openapi({ description: "When it confirmed what was confirmed least lately." }),
      }),
    ),
    next: z.null(),
  })
  .openapi("CatalogBranches");

export function countAnswer({ distribution, branch, total, inTrouble, checkedAt, oldestAt }: ResourceCount) {
  return {
    distribution,
    branch,
    total,
    in_trouble: inTrouble,
    checked_at: checkedAt?.toISOString() ?? null,
    oldest_at: oldestAt?.toISOString() ?? null,
  };
}

export const RefreshAnswer = z
  .object({
    running: z.boolean().openapi({ description: "It goes on; the resources tell how it ends." }),
    changed: z.int().nullable(),
    unchanged: z.int().nullable(),
    failed: z.array(ResourceAnswer),
    bytes: z.int().nullable().openapi({ description: "Of bodies that upstream sent." }),
  })
  .openapi("Refresh");

import { z } from "@hono/zod-openapi";
import { orNull } from "../http/or-null.ts";
import { listOf } from "../http/page.ts";
import type { Known, Trouble, Version } from "./types.ts";

export const Instant = z.iso.datetime();

export const TroubleAnswer = z
  .object({
    code: z.string(),
    message: z.string(),
    since: Instant,
    retry_at: Instant.nullable(),
    upstream_status: z.int().nullable().openapi({ description: "Of upstream's answer; null: there was none." }),
    data_from: Instant.nullable().openapi({ description: "When upstream last confirmed what is served instead." }),
  })
  .openapi("Trouble", { description: "Why what is served may be older than what upstream has." });

export const TrustAnswer = z
  .enum(["verified", "unsigned", "unchecked"])
  .openapi({ description: "By a configured key; upstream signs it not; no key is configured." });

/** What every answer from the catalog says of itself. */
export const provenance = { changed_at: Instant, trust: TrustAnswer, trouble: orNull(TroubleAnswer) };

export function provenanceOf({ changedAt, checkedAt, trust, trouble }: Known<unknown>) {
  return { changed_at: changedAt.toISOString(), trust, trouble: trouble && troubleAnswer(trouble, checkedAt) };
}

/** Changes whenever the answer would: its content, or what is wrong with it. */
export function digestOf({ digest, changedAt, checkedAt, trust, trouble }: Known<unknown>): string {
  const wrong = trouble
    ? `${trouble.code} ${trouble.since.getTime()} ${trouble.retryAt?.getTime()} ${checkedAt.getTime()}`
    : "";
  return `${digest} ${changedAt.getTime()} ${trust} ${wrong}`;
}

export function troubleAnswer(trouble: Trouble, checkedAt: Date | null): z.input<typeof TroubleAnswer> {
  return {
    code: trouble.code,
    message: trouble.sentence,
    since: trouble.since.toISOString(),
    retry_at: trouble.retryAt?.toISOString() ?? null,
    upstream_status: trouble.upstreamStatus,
    data_from: checkedAt?.toISOString() ?? null,
  };
}

export const DistributionAnswer = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    upstream_url: z.string(),
    parent: z.object({ distribution: z.string(), version: z.string() }).nullable(),
    continued_by: z
      .string()
      .nullable()
      .openapi({ description: "The distribution whose versions its devices are offered." }),
  })
  .openapi("Distribution");
export const DistributionList = z.object(listOf(DistributionAnswer)).openapi("DistributionList");

export const DistributionDetail = DistributionAnswer.extend({
  stable: z.string().nullable(),
  oldstable: z.string().nullable(),
  upcoming: z.string().nullable().openapi({ description: "A release candidate that is out." }),
  starting_points: z
    .array(z.object({ version: z.string(), targets: z.array(z.string()) }))
    .openapi({ description: "Releases that one may upgrade from, and not build." }),
  ...provenance,
}).openapi("DistributionDetail");

export const BranchAnswer = z
  .object({
    name: z.string(),
    enabled: z.boolean(),
    snapshot: z.boolean(),
    path: z.string(),
    branch_off_rev: z.int().nullable(),
    versions: z.array(z.string()).openapi({ description: "Newest first." }),
  })
  .openapi("Branch");
export const BranchList = z.object({ ...listOf(BranchAnswer), ...provenance }).openapi("BranchList");

export const VersionAnswer = z
  .object({
    distribution: z.string(),
    name: z.string(),
    branch: z.string(),
    kind: z.enum(["release", "candidate", "snapshot"]),
    path: z.string().openapi({ description: "Below the distribution's upstream_url." }),
  })
  .openapi("Version");
export const VersionList = z.object({ ...listOf(VersionAnswer), ...provenance }).openapi("VersionList");

export function versionAnswer({ distribution, name, branch, kind, path }: Version): z.input<typeof VersionAnswer> {
  return { distribution, name, branch, kind, path };
}

import { z } from "@hono/zod-openapi";
import { orNull } from "../http/or-null.ts";
import { listOf } from "../http/page.ts";
import type { Known, ResourceState, Title, Trouble, Version } from "./types.ts";

const Instant = z.iso.datetime();

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

const TrustAnswer = z
  .enum(["verified", "unsigned", "unchecked"])
  .openapi({ description: "By a configured key; upstream signs it not; no key is configured." });

/** What every answer from the catalog says of itself. */
const provenance = { changed_at: Instant, trust: TrustAnswer, trouble: orNull(TroubleAnswer) };

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

export const TargetList = z
  .object({ ...listOf(z.object({ name: z.string(), architecture: z.string() }).openapi("TargetName")), ...provenance })
  .openapi("TargetList");

const TitleAnswer = z
  .object({
    vendor: z.string().optional(),
    model: z.string().optional(),
    variant: z.string().optional(),
    title: z.string().optional(),
  })
  .openapi("Title", { description: "Upstream has either a vendor and a model, or a title." });

export const titleAnswers = (titles: readonly Title[]): z.input<typeof TitleAnswer>[] =>
  titles.map(({ vendor, model, variant, title }) => ({ vendor, model, variant, title }));

export const TargetDetail = z
  .object({
    name: z.string(),
    architecture: z.string(),
    version_code: z.string().openapi({ description: "The revision: `r28427-6df0e3d02a`." }),
    version_number: z.string(),
    source_date: Instant.nullable(),
    default_packages: z.array(z.string()),
    kmods: z
      .string()
      .nullable()
      .openapi({ description: "The folder of its kernel modules' feed, where there is one." }),
    profiles: z.array(z.object({ name: z.string(), titles: z.array(TitleAnswer) }).openapi("ProfileName")),
    ...provenance,
  })
  .openapi("Target");

const ImageAnswer = z
  .object({
    name: z.string(),
    type: z.string(),
    filesystem: z.string().optional(),
    sha256: z.string().optional(),
    size: z.int().optional().openapi({ description: "Bytes." }),
  })
  .openapi("Image", { description: "One that upstream has built." });

export const ProfileDetail = z
  .object({
    name: z.string(),
    target: z.string(),
    titles: z.array(TitleAnswer),
    device_packages: z.array(z.string()),
    supported_devices: z.array(z.string()).openapi({ description: "Board names of devices that it is for." }),
    images: z.array(ImageAnswer),
    ...provenance,
  })
  .openapi("Profile");

/** Upstream's own images, as far as they are described as we expect. */
export function imageAnswers(raw: unknown): z.output<typeof ImageAnswer>[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((image: unknown) => {
    const parsed = ImageAnswer.safeParse(image);
    return parsed.success ? [parsed.data] : [];
  });
}

const ModelAnswer = z
  .object({ profile: z.string(), target: z.string(), titles: z.array(TitleAnswer) })
  .openapi("Model");
export const ModelList = z.object({ ...listOf(ModelAnswer), ...provenance }).openapi("ModelList");

export const PackageAnswer = z
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

const ResourceAnswer = z
  .object({
    distribution: z.string(),
    kind: z.enum(["versions", "targets", "models", "target", "feeds", "index"]),
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

export const RefreshAnswer = z
  .object({
    running: z.boolean().openapi({ description: "It goes on; the resources tell how it ends." }),
    changed: z.int().nullable(),
    unchanged: z.int().nullable(),
    failed: z.array(ResourceAnswer),
    bytes: z.int().nullable().openapi({ description: "Of bodies that upstream sent." }),
  })
  .openapi("Refresh");

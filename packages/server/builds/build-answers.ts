import { z } from "@hono/zod-openapi";
import { BUILD_ERRORS } from "../builders/types.ts";
import { compareImages, imageUse } from "../catalog/image-use.ts";
import { ImageUseAnswer } from "../catalog/target-answers.ts";
import { orNull } from "../http/or-null.ts";
import { BUILD_STEPS, type Build, type BuildResult, type LogLine, type StoredFile } from "./types.ts";

const Instant = z.iso.datetime();

const Artifact = z
  .object({
    name: z.string(),
    url: z.string().openapi({ description: "Below the server; what is there never changes." }),
    size: z.int().openapi({ description: "Bytes." }),
    sha256: z.string(),
    type: z
      .string()
      .nullable()
      .openapi({ description: "Of an image: `sysupgrade`, `factory`, …; null for what belongs to it." }),
    use: orNull(ImageUseAnswer),
    filesystem: z.string().nullable(),
  })
  .openapi("Artifact");

const FailureAnswer = z
  .object({
    code: z.enum(Object.keys(BUILD_ERRORS) as [keyof typeof BUILD_ERRORS]),
    message: z.string(),
    culprits: z.array(z.object({ kind: z.string(), name: z.string(), with: z.array(z.string()), detail: z.string() })),
  })
  .openapi("BuildFailure", { description: "Why there is no image, and what is at fault." });

const ResultAnswer = z
  .object({
    version_code: z.string(),
    source_date_epoch: z.int(),
    artifacts: z.array(Artifact).openapi({ description: "Images first, the likeliest wanted before the others." }),
    manifest: z.record(z.string(), z.string()).openapi({ description: "Package → version." }),
    packages: z.array(z.string()).openapi({ description: "What the builder was given." }),
    changes: z.array(
      z.object({
        kind: z.enum(["add", "rename", "drop"]),
        from: z.string().nullable(),
        to: z.string().nullable(),
        reason: z.string(),
      }),
    ),
    warnings: z.array(z.string()),
  })
  .openapi("BuildResult");

export const BuildAnswer = z
  .object({
    id: z.string(),
    state: z.enum(["queued", "running", "done", "failed", "withdrawn"]),
    step: z.enum(BUILD_STEPS).nullable(),
    steps: z
      .array(z.object({ step: z.enum(BUILD_STEPS), started_at: Instant, finished_at: Instant.nullable() }))
      .openapi({ description: "Of the newest attempt, as far as it has come." }),
    position: z.int().nullable().openapi({ description: "Builds in front of it, while it is queued." }),
    waits_for: z.string().nullable().openapi({ description: "Why it doesn't begin though it may be its turn." }),
    distribution: z.string(),
    version: z.string(),
    target: z.string(),
    profile: z.string(),
    packages: z.array(z.string()),
    filesystem: z.string().nullable(),
    rootfs_size_mb: z.int().nullable(),
    has_defaults: z
      .boolean()
      .openapi({ description: "Whether a first-boot script is in it; what it says isn't shown." }),
    enqueued_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    expires_at: Instant.nullable().openapi({ description: "Until then it is there." }),
    failure: orNull(FailureAnswer),
    result: orNull(ResultAnswer),
  })
  .openapi("Build");

export const LogLineAnswer = z
  .object({
    number: z.int(),
    at: Instant,
    stream: z.enum(["stdout", "stderr", "note"]),
    text: z.string(),
  })
  .openapi("BuildLogLine");

export function buildAnswer(build: Build): z.input<typeof BuildAnswer> {
  const { inputs, failure, result } = build;
  return {
    id: build.id,
    state: build.state,
    step: build.step,
    steps: stepAnswers(build),
    position: build.position,
    waits_for: build.waitsFor,
    distribution: inputs.distribution,
    version: inputs.version,
    target: inputs.target,
    profile: inputs.profile,
    packages: [...inputs.packages],
    filesystem: inputs.filesystem,
    rootfs_size_mb: inputs.rootfsSizeMb,
    has_defaults: inputs.defaults !== null,
    enqueued_at: build.enqueuedAt.toISOString(),
    started_at: build.startedAt?.toISOString() ?? null,
    finished_at: build.finishedAt?.toISOString() ?? null,
    expires_at: build.expiresAt?.toISOString() ?? null,
    failure: failure && {
      code: failure.code as keyof typeof BUILD_ERRORS,
      message: failure.sentence,
      culprits: failure.culprits.map((one) => ({ ...one, with: [...one.with] })),
    },
    result: result && resultAnswer(build.id, result),
  };
}

/** A step ends where the next one begins, the last with the build. */
function stepAnswers({ steps, finishedAt }: Build): z.input<typeof BuildAnswer>["steps"] {
  return steps.map(({ step, startedAt }, at) => ({
    step,
    started_at: startedAt.toISOString(),
    finished_at: (steps[at + 1]?.startedAt ?? finishedAt)?.toISOString() ?? null,
  }));
}

export function lineAnswer({ number, at, stream, text }: LogLine): z.input<typeof LogLineAnswer> {
  return { number, at: at.toISOString(), stream, text };
}

function resultAnswer(id: string, result: BuildResult): z.input<typeof ResultAnswer> {
  const images = new Map(result.images.map((image) => [image.name, image]));
  const others = result.files.filter(({ name }) => !images.has(name));
  const artifact = (file: StoredFile) => {
    const image = images.get(file.name);
    return {
      name: file.name,
      url: `/store/${id}/${encodeURIComponent(file.name)}`,
      size: file.size,
      sha256: file.sha256,
      type: image?.type ?? null,
      use: image ? imageUse(image.type) : null,
      filesystem: image?.filesystem ?? null,
    };
  };
  return {
    version_code: result.versionCode,
    source_date_epoch: result.sourceDateEpoch,
    artifacts: [...[...result.images].sort(compareImages), ...others].map(artifact),
    manifest: { ...result.manifest },
    packages: [...result.packages],
    changes: result.changes.map((change) => ({ ...change })),
    warnings: [...result.warnings],
  };
}

import { z } from "@hono/zod-openapi";
import { BUILD_STEPS } from "../builds/types.ts";
import { listOf } from "../http/page.ts";
import { STATES } from "./states.ts";
import type { ListedBuild, QueueState, ShownWorker } from "./types.ts";

const Instant = z.iso.datetime();
const Count = z.int().min(0);

const ListedBuildAnswer = z
  .object({
    id: z.string(),
    state: z.enum(STATES),
    step: z.enum(BUILD_STEPS).nullable(),
    waits_for: z.string().nullable().openapi({ description: "Why it doesn't begin though it may be its turn." }),
    distribution: z.string(),
    version: z.string(),
    target: z.string(),
    profile: z.string(),
    packages: z.array(z.string()),
    attempt: Count,
    worker: z.string().nullable().openapi({ description: "Who has it, or had it last." }),
    enqueued_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    expires_at: Instant.nullable(),
    failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi("ListedBuild");

export const BuildList = z
  .object({
    ...listOf(ListedBuildAnswer),
    total: Count.nullable().openapi({ description: "On all pages together; null: more than 10,000." }),
  })
  .openapi("BuildList");

const WorkerAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    targets: z.array(z.string()).openapi({ description: "It builds for these; `*` is any text." }),
    architecture: z.string(),
    parallel: Count.openapi({ description: "Builds at a time." }),
    running: Count,
    builds: z
      .array(
        z.object({
          id: z.string(),
          version: z.string(),
          target: z.string(),
          profile: z.string(),
          step: z.enum(BUILD_STEPS).nullable(),
          started_at: Instant.nullable(),
        }),
      )
      .openapi({ description: "What it builds now, but for those with a first-boot script." }),
    trouble: z.string().nullable().openapi({ description: "Why it builds nothing." }),
    draining: z.boolean().openapi({ description: "It was told to stop: it begins nothing any more." }),
    there: z.boolean().openapi({ description: "False: nothing was heard of it for 15 seconds." }),
    started_at: Instant,
    seen_at: Instant,
  })
  .openapi("Worker");

export const WorkerList = z.object({ items: z.array(WorkerAnswer), next: z.null() }).openapi("WorkerList");

export const QueueAnswer = z
  .object({
    waiting: Count,
    running: Count,
    items: z
      .array(
        z.object({
          distribution: z.string(),
          target: z.string(),
          architecture: z.string(),
          waiting: Count,
          running: Count,
          retrying: Count.openapi({ description: "Of those that wait: they wait for the time of their next try." }),
          oldest_at: Instant,
          workers: Count.openapi({ description: "That are there for it." }),
          free: Count.openapi({ description: "Builds that these could begin now." }),
          why: z.string(),
        }),
      )
      .openapi({ description: "Targets for which something waits; what waits longest is first." }),
    next: z.null(),
  })
  .openapi("Queue");

export function listedAnswer(build: ListedBuild): z.input<typeof ListedBuildAnswer> {
  return {
    id: build.id,
    state: build.state,
    step: build.step,
    waits_for: build.waitsFor,
    distribution: build.distribution,
    version: build.version,
    target: build.target,
    profile: build.profile,
    packages: [...build.packages],
    attempt: build.attempt,
    worker: build.worker,
    enqueued_at: build.enqueuedAt.toISOString(),
    started_at: build.startedAt?.toISOString() ?? null,
    finished_at: build.finishedAt?.toISOString() ?? null,
    expires_at: build.expiresAt?.toISOString() ?? null,
    failure: build.failure && { code: build.failure.code, message: build.failure.sentence },
  };
}

export function workerAnswer(worker: ShownWorker): z.input<typeof WorkerAnswer> {
  return {
    id: worker.id,
    name: worker.name,
    targets: [...worker.targets],
    architecture: worker.architecture,
    parallel: worker.parallel,
    running: worker.running,
    builds: worker.builds.map(({ startedAt, ...build }) => ({
      ...build,
      started_at: startedAt?.toISOString() ?? null,
    })),
    trouble: worker.trouble,
    draining: worker.isDraining,
    there: worker.isThere,
    started_at: worker.startedAt.toISOString(),
    seen_at: worker.seenAt.toISOString(),
  };
}

export function queueAnswer({ waiting, running, targets }: QueueState): z.input<typeof QueueAnswer> {
  const items = targets.map(({ oldestAt, ...target }) => ({ ...target, oldest_at: oldestAt.toISOString() }));
  return { waiting, running, items, next: null };
}

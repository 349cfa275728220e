import { z } from "@hono/zod-openapi";
import { callerName } from "../http/caller-name.ts";
import { operation, value } from "../http/operation.ts";
import { orNull } from "../http/or-null.ts";
import { type GcReport, type GcRun, REASONS } from "./types.ts";

/** Whoever asks over HTTP isn't kept for longer, in milliseconds: the rest is for the next time. */
const MOST_MS = 60_000;

const Count = z.int().min(0);

const Report = z
  .object({
    dry_run: z.boolean(),
    busy: z.boolean().openapi({ description: "Another process was at it: nothing was done." }),
    whole: z.boolean().openapi({ description: "False: time ran out; the next collection goes on." }),
    removed: z.array(z.object({ reason: z.enum(REASONS), count: Count, bytes: Count })).openapi({
      description: "What went, or would go, by reason; `stray` is what the store had and no build.",
    }),
    listed: z
      .array(
        z.object({
          build: z.string(),
          reason: z.enum(REASONS),
          bytes: Count,
          about: z.string().nullable().openapi({ example: "24.10.5 ath79/generic" }),
          used_at: z.iso.datetime().nullable(),
        }),
      )
      .openapi({ description: "The first 100 of them." }),
    evicted: z.object({ count: Count, bytes: Count }).openapi({
      description:
        "Builds whose time was ended for the budget's sake: they go minutes later, unless somebody wants them.",
    }),
    failed: Count.openapi({ description: "What the store didn't remove; it is tried again." }),
    aliases: Count,
    kept: Count.openapi({ description: "Bytes of builds that stay." }),
    budget: Count,
  })
  .openapi("GcReport");

const Instant = z.iso.datetime();

const LastRun = z
  .object({
    every_seconds: z.number().openapi({ description: "How often servers collect by themselves." }),
    last: orNull(
      z
        .object({
          began_at: Instant,
          ended_at: Instant.nullable().openapi({ description: "Null while it goes on, or when it was cut." }),
          trouble: z.string().nullable().openapi({ description: "Why it broke off." }),
          report: orNull(Report),
        })
        .openapi("GcRun", { description: "`report` is of the last that came to its end." }),
    ),
  })
  .openapi("LastGcRun");

export const gcOperations = [
  operation({
    method: "get",
    path: "/api/v2/gc",
    id: "getLastCollection",
    tag: "builds",
    scope: "builds:manage",
    summary: "What was removed last, since it wasn't kept any longer, and when",
    answer: LastRun,
    async handle(_, { collector, config }) {
      const run = await collector.last();
      return value({ every_seconds: config.gc.every / 1000, last: run && runAnswer(run) });
    },
  }),
  operation({
    method: "post",
    path: "/api/v2/gc",
    id: "collectGarbage",
    tag: "builds",
    scope: "admin",
    summary: "Remove now what isn't kept any longer, or say what would go",
    body: z.strictObject({ dry_run: z.boolean().default(false) }),
    answer: Report,
    errors: ["store_unavailable", "store_failed"],
    async handle({ body: { dry_run: dryRun }, token }, { collector, log, signal }) {
      const report = await collector.collect({ dryRun, mostMs: MOST_MS }, signal);
      const { removed, evicted, busy } = report;
      if (!dryRun) log.info({ audit: true, by: callerName(token), busy, removed, evicted }, "garbage collected");
      return value(gcAnswer(report));
    },
  }),
];

function runAnswer({ beganAt, endedAt, trouble, report }: GcRun) {
  return {
    began_at: beganAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
    trouble,
    report: report && gcAnswer(report),
  };
}

/** As it is over HTTP, and for programs that call `pawl gc --json`. */
export function gcAnswer({ dryRun, listed, removed, ...report }: GcReport): z.input<typeof Report> {
  return {
    dry_run: dryRun,
    ...report,
    removed: [...removed],
    listed: listed.map(({ usedAt, ...going }) => ({ ...going, used_at: usedAt?.toISOString() ?? null })),
  };
}

import { randomBytes } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { ServerError } from "../error.ts";
import type { ServerEvent } from "../http/event-stream.ts";
import { events, kept, operation, value } from "../http/operation.ts";
import { BuildAnswer, buildAnswer, LogLineAnswer, lineAnswer } from "./build-answers.ts";
import { BuildRequestBody, questionOf } from "./build-request-body.ts";
import { diffManifests } from "./manifest-diff.ts";
import { resolveQuestion } from "./resolve-question.ts";
import { ttlOf } from "./time-to-live.ts";
import type { Build, Builds } from "./types.ts";

const Id = z.string().regex(/^[0-9a-f]{32}$/, "a build's id: 32 hex digits");
const OfBuild = z.object({ id: Id });

const AskedBuild = z
  .object({
    build: BuildAnswer,
    outcome: z.enum(["hit", "joined", "new"]).openapi({
      description: "It was there; somebody asked for the same before and it isn't finished; it waits from now on.",
    }),
    secret: z.string().openapi({ description: "Whoever has it may withdraw this request. Shown only now." }),
  })
  .openapi("AskedBuild");

const Log = z
  .object({ items: z.array(LogLineAnswer), next: z.int().openapi({ description: "`from` of what comes after." }) })
  .openapi("BuildLog");

const NamedVersion = z.object({ name: z.string(), version: z.string() });
const Diff = z
  .object({
    added: z.array(NamedVersion),
    removed: z.array(NamedVersion),
    changed: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })),
    unchanged: z.int(),
  })
  .openapi("ManifestDiff");

const ofBuilds = { tag: "builds" } as const;

/** Images made on demand: asked for, watched, withdrawn, compared. */
export const buildOperations = [
  operation({
    ...ofBuilds,
    method: "post",
    path: "/api/v2/builds",
    id: "createBuild",
    summary: "Ask for an image: answered from the store, joined to one that is being built, or enqueued",
    body: BuildRequestBody,
    answer: AskedBuild,
    statuses: [200, 202],
    errors: [
      "unknown_distribution",
      "unknown_version",
      "unknown_target",
      "unknown_profile",
      "unknown_package",
      "unprocessable",
      "not_loaded",
      "upstream_refused",
      "queue_full",
      "builds_unavailable",
    ],
    async handle({ body, asker, isExempt }, { catalog, config, builds, stats, newBuilds }) {
      const inputs = await resolveQuestion({ catalog, config }, questionOf(body));
      stats.count("build-request");
      stats.count("client", body.client);
      const secret = randomBytes(16).toString("hex");
      if (!isExempt) await newBuilds.take(asker);
      const asked = builds.ask({ inputs, asker, ttl: ttlOf(inputs, config.builds), secret });
      const { build, outcome } = await asked.catch(async (error: unknown) => {
        if (!isExempt) await newBuilds.giveBack(asker);
        throw error;
      });
      if (outcome !== "new" && !isExempt) await newBuilds.giveBack(asker);
      if (outcome !== "joined") stats.count(outcome === "hit" ? "build-hit" : "build-miss");
      const isOver = build.state === "done" || build.state === "failed";
      return value({ build: buildAnswer(build), outcome, secret }, isOver ? 200 : 202);
    },
  }),
  operation({
    ...ofBuilds,
    method: "get",
    path: "/api/v2/builds/{id}",
    id: "getBuild",
    summary: "A build as it is now; once it is done with everything it made",
    params: OfBuild,
    answer: BuildAnswer,
    errors: ["not_found"],
    async handle({ params }, { builds }) {
      return value(buildAnswer(await found(builds, params.id)));
    },
  }),
  operation({
    ...ofBuilds,
    method: "get",
    path: "/api/v2/builds/{id}/events",
    id: "watchBuild",
    summary:
      "A build as it goes on: `build` events whenever it has changed, `line` events for its output, `end` at its end",
    params: OfBuild,
    query: z.strictObject({
      from: z.coerce
        .number()
        .int()
        .min(0)
        .default(0)
        .openapi({ description: "The first line to be sent; Last-Event-ID goes before it." }),
    }),
    events: z.union([BuildAnswer, LogLineAnswer]),
    errors: ["not_found"],
    async handle({ params, query, lastEventId }, { builds }) {
      const { id } = await found(builds, params.id);
      const seen = /^\d{1,9}$/.test(lastEventId ?? "") ? Number(lastEventId) + 1 : query.from;
      return events((signal) => eventsOf(builds, id, seen, signal));
    },
  }),
  operation({
    ...ofBuilds,
    method: "get",
    path: "/api/v2/builds/{id}/log",
    id: "getBuildLog",
    summary: "Lines of a build's output, as far as it has come",
    params: OfBuild,
    query: z.strictObject({
      from: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
    }),
    answer: Log,
    errors: ["not_found"],
    async handle({ params, query: { from, limit } }, { builds }) {
      const { id } = await found(builds, params.id);
      const lines = await builds.log(id, from, limit);
      return value({ items: lines.map(lineAnswer), next: (lines.at(-1)?.number ?? from - 1) + 1 });
    },
  }),
  operation({
    ...ofBuilds,
    method: "get",
    path: "/api/v2/builds/{id}/diff",
    id: "compareBuilds",
    summary: "What is different in this build's image, compared with another one's",
    params: OfBuild,
    query: z.strictObject({ against: Id.openapi({ description: "The build before." }) }),
    answer: Diff,
    errors: ["not_found", "unprocessable"],
    async handle({ params, query }, { builds }) {
      const [before, after] = [await manifestOf(builds, query.against), await manifestOf(builds, params.id)];
      return kept(`${query.against} ${params.id}`, () => {
        const { added, removed, changed, unchanged } = diffManifests(before, after);
        return { added: [...added], removed: [...removed], changed: [...changed], unchanged };
      });
    },
  }),
  operation({
    ...ofBuilds,
    method: "post",
    path: "/api/v2/builds/{id}/withdrawals",
    id: "withdrawBuild",
    summary: "Take a request back; the build stops when nobody is left who asked for it",
    params: OfBuild,
    body: z.strictObject({ secret: z.string().regex(/^[0-9a-f]{32}$/, "the secret of the request: 32 hex digits") }),
    answer: BuildAnswer,
    errors: ["not_found", "forbidden"],
    async handle({ params, body }, { builds }) {
      return value(buildAnswer(await builds.withdraw(params.id, body.secret)));
    },
  }),
];

async function* eventsOf(builds: Builds, id: string, from: number, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  for await (const event of builds.watch(id, from, signal)) {
    if (event.kind === "build") yield { event: "build", data: buildAnswer(event.build) };
    else yield { event: "line", id: String(event.line.number), data: lineAnswer(event.line) };
  }
  // Whoever hears it needn't come back; `EventSource` would.
  if (!signal.aborted) yield { event: "end", data: null };
}

async function found(builds: Builds, id: string): Promise<Build> {
  const build = await builds.byId(id);
  if (build === null) throw new ServerError("not_found", "There is no such build, or not any more.");
  return build;
}

async function manifestOf(builds: Builds, id: string): Promise<Readonly<Record<string, string>>> {
  const { state, result } = await found(builds, id);
  if (result === null)
    throw new ServerError("unprocessable", `The build ${id} has no image (${state}).`, { fields: { build: id } });
  return result.manifest;
}

import { z } from "@hono/zod-openapi";
import { BuildAnswer, buildAnswer } from "../builds/build-answers.ts";
import { Name, Query } from "../catalog/route-paths.ts";
import { ServerError } from "../error.ts";
import { callerName } from "../http/caller-name.ts";
import { operation, value } from "../http/operation.ts";
import { keyCursor, paging, readKeyCursor } from "../http/page.ts";
import { BuildList, listedAnswer, QueueAnswer, queueAnswer, WorkerList, workerAnswer } from "./answers.ts";
import { STATES } from "./states.ts";
import { BUILD_SORTS, type ListedRange } from "./types.ts";

const Target = z.string().regex(/^[\w-]{1,64}\/[\w-]{1,64}$/, "a target is such as ath79/generic");
const OfBuild = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, "a build's id: 32 hex digits") });

const managing = { tag: "builds", scope: "builds:manage" } as const;
const looking = { tag: "workers", scope: "workers:read", method: "get" } as const;

/** What whoever runs this server sees of builds and workers, and does with them. */
export const operatorOperations = [
  operation({
    ...managing,
    method: "get",
    path: "/api/v2/builds",
    id: "listBuilds",
    summary: "Builds, page by page; those with a first-boot script are not in it",
    query: z.strictObject({
      state: z.enum(STATES).optional(),
      distribution: Name.optional(),
      version: Name.optional(),
      target: Target.optional(),
      profile: Name.optional(),
      query: Query.openapi({ description: "Words of its profile, target or version, or the beginning of its id." }),
      sort: z
        .enum(BUILD_SORTS)
        .default("newest")
        .openapi({ description: "By how long they took: only those that have ended." }),
      ...paging,
    }),
    answer: BuildList,
    async handle({ query: { limit, cursor, sort, ...filter }, path }, { operator }) {
      const { state, distribution, version, target, profile, query } = filter;
      const scope = `${path} ${state} ${distribution} ${version} ${target} ${profile} ${sort} ${query}`;
      const [found, total] = await Promise.all([
        // One more than is shown tells whether there are more.
        operator.builds({ ...filter, sort, after: positionOf(cursor, scope), limit: limit + 1 }),
        operator.countBuilds(filter),
      ]);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const next = last && found.length > limit ? keyCursor([`${last.line}`, `${last.took ?? 0}`], scope) : null;
      return value({ items: items.map(listedAnswer), next, total });
    },
  }),
  operation({
    ...managing,
    method: "post",
    path: "/api/v2/builds/{id}/drop",
    id: "dropBuild",
    summary: "Forget a build and its files, whatever it is at; the next who asks has it built anew",
    params: OfBuild,
    answer: BuildAnswer,
    errors: ["not_found", "store_failed"],
    handle: async ({ params, token }, { operator }) =>
      value(buildAnswer(await operator.drop(params.id, callerName(token)))),
  }),
  operation({
    ...managing,
    method: "post",
    path: "/api/v2/builds/{id}/retry",
    id: "retryBuild",
    summary: "Have a build that failed tried again at once, in front of all that wait",
    params: OfBuild,
    answer: BuildAnswer,
    errors: [
      "not_found",
      "unprocessable",
      "unknown_distribution",
      "unknown_version",
      "unknown_target",
      "not_loaded",
      "upstream_refused",
    ],
    handle: async ({ params, token }, { operator }) =>
      value(buildAnswer(await operator.retry(params.id, callerName(token)))),
  }),
  operation({
    ...looking,
    path: "/api/v2/workers",
    id: "listWorkers",
    summary: "Workers, what each of them builds, and what keeps it from building",
    answer: WorkerList,
    handle: async (_, { operator }) => value({ items: (await operator.workers()).map(workerAnswer), next: null }),
  }),
  operation({
    ...looking,
    path: "/api/v2/queue",
    id: "getQueue",
    summary: "What waits, for which target, since when and why",
    answer: QueueAnswer,
    handle: async (_, { operator }) => value(queueAnswer(await operator.queue())),
  }),
];

function positionOf(cursor: string | undefined, scope: string): ListedRange["after"] {
  if (cursor === undefined) return undefined;
  const [line = Number.NaN, took = Number.NaN] = readKeyCursor(cursor, scope, 2).map(Number);
  // Whoever reads how a cursor is made can make one of anything.
  if (Number.isSafeInteger(line) && Number.isSafeInteger(took)) return { line, took };
  throw new ServerError("bad_request", "This cursor is none of ours.");
}

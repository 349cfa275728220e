import { setTimeout as sleep } from "node:timers/promises";
import { z } from "@hono/zod-openapi";
import { ServerError } from "../error.ts";
import { callerName } from "../http/caller-name.ts";
import { operation, value } from "../http/operation.ts";
import { keyCursor, paging, readKeyCursor } from "../http/page.ts";
import {
  BranchCounts,
  countAnswer,
  RefreshAnswer,
  ResourceKindAnswer,
  ResourceList,
  resourceAnswer,
} from "./resource-answers.ts";
import { Name, UPSTREAM } from "./route-paths.ts";
import { RESOURCE_SORTS, type ResourceFilter, type ResourceSort, type ResourceState } from "./types.ts";

/** A refresh that takes longer goes on without its asker, in milliseconds: proxies give up after a minute. */
const WAIT_MS = 20_000;

const Target = z.string().regex(/^[\w-]{1,64}\/[\w-]{1,64}$/, "a target is such as ath79/generic");
const scope = { distribution: Name.optional(), version: Name.optional(), target: Target.optional() };

/** How fresh the catalog is, and having it made fresh. */
export const resourceOperations = [
  operation({
    method: "get",
    path: "/api/v2/catalog/resources",
    id: "listResources",
    tag: "catalog",
    summary: "Everything that is read from upstream, how old it is, and what is wrong with it since when",
    query: z.strictObject({
      ...scope,
      branch: Name.optional(),
      kind: ResourceKindAnswer.optional(),
      trouble: z
        .stringbool({ truthy: ["true"], falsy: ["false"] })
        .optional()
        .openapi({
          type: "boolean",
          description: "Only those with trouble, or only those without.",
        }),
      query: z.string().max(200).optional().openapi({ description: "Part of the path." }),
      sort: z.enum(RESOURCE_SORTS).default("path").openapi({
        description:
          "By path; by when upstream last confirmed it; or what is in trouble first, the oldest trouble before all.",
      }),
      ...paging,
    }),
    answer: ResourceList,
    errors: ["unknown_distribution"],
    async handle({ query: { limit, cursor, ...filter }, path }, { catalog }) {
      const { distribution, version, target, branch, kind, trouble, query, sort } = filter;
      const scope = `${path} ${distribution} ${version} ${target} ${branch} ${kind} ${trouble} ${sort} ${query}`;
      const [counts, found] = await Promise.all([
        catalog.countResources(filter),
        // One more than is shown tells whether there are more.
        catalog.resources({ ...filter, after: positionOf(cursor, scope), limit: limit + 1 }),
      ]);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const next = last && found.length > limit ? keyCursor(keyOf(last, sort), scope) : null;
      const total = counts.reduce((sum, count) => sum + count.total, 0);
      const inTrouble = counts.reduce((sum, count) => sum + count.inTrouble, 0);
      return value({ items: items.map(resourceAnswer), next, total, in_trouble: inTrouble });
    },
  }),
  operation({
    method: "get",
    path: "/api/v2/catalog/branches",
    id: "listCatalogBranches",
    tag: "catalog",
    summary: "How much is read from upstream for each branch, how old it is, and how much of it is in trouble",
    query: z.strictObject({ distribution: Name.optional() }),
    answer: BranchCounts,
    errors: ["unknown_distribution"],
    async handle({ query }, { catalog }) {
      const counts = await catalog.countResources(query);
      return value({ items: counts.map(countAnswer), next: null });
    },
  }),
  operation({
    method: "post",
    path: "/api/v2/catalog/refresh",
    id: "refreshCatalog",
    tag: "catalog",
    summary: "Ask upstream now what is newer of all that anybody has asked for",
    scope: "catalog:refresh",
    body: z.strictObject(scope).openapi("RefreshBody", { description: "Without a field: everything." }),
    answer: RefreshAnswer,
    statuses: [200, 202],
    errors: ["unknown_distribution", "unknown_version", ...UPSTREAM],
    async handle({ body, token }, { catalog, signal, log }) {
      if (body.distribution !== undefined) catalog.distribution(body.distribution);
      log.info({ audit: true, by: callerName(token), ...body }, "catalog refreshed");
      const refreshing = catalog.refresh(body, { signal });
      // Once nobody waits for it any more.
      refreshing.catch((error) => log.warn({ err: error, ...body }, "a refresh that was asked for failed"));
      const waited = new AbortController();
      const report = await Promise.race([
        refreshing,
        sleep(WAIT_MS, null, { signal: waited.signal }).catch(() => null),
      ]);
      waited.abort();
      if (report === null)
        return value({ running: true, changed: null, unchanged: null, failed: [], bytes: null }, 202);
      const { changed, unchanged, failed, bytes } = report;
      return value({ running: false, changed, unchanged, failed: failed.map(resourceAnswer), bytes });
    },
  }),
];

/** The last is the time that it is sorted by, empty where there is none. */
function keyOf({ distribution, kind, path, checkedAt, trouble }: ResourceState, sort: ResourceSort): string[] {
  const at = sort === "trouble" ? trouble?.since : checkedAt;
  return [distribution, kind, path, at?.toISOString() ?? ""];
}

function positionOf(cursor: string | undefined, scope: string): ResourceFilter["after"] {
  if (cursor === undefined) return undefined;
  const [distribution = "", kind = "", path = "", at = ""] = readKeyCursor(cursor, scope, 4);
  if (at === "") return { distribution, kind, path, at: null };
  // Whoever reads how a cursor is made can make one of anything.
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) throw new ServerError("bad_request", "This cursor is none of ours.");
  return { distribution, kind, path, at: time };
}

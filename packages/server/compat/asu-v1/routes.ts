import { Hono } from "hono";
import { Recent } from "../../catalog/recent.ts";
import { METHODS, refusal } from "../../http/methods.ts";
import type { ServerApp, ServerContext, ServerEnv, ServerParts } from "../../http/parts.ts";
import { answerError, answerMethodNotAllowed, type ShownDocument, sendKnown } from "./answers.ts";
import { answerBuildRequest, answerBuildState, type BuildParts, buildParts } from "./builds.ts";
import { answerBranches, answerLatest, answerOldBranches, answerOldLatest, answerOverview } from "./documents.ts";
import { answerFile } from "./files.ts";
import { answerOldBuildRequest, answerOldBuildState } from "./middle-builds.ts";
import { answerRevision } from "./revision.ts";
import {
  answerBuildErrors,
  answerBuildsByVersion,
  answerBuildsPerDay,
  answerQueueLength,
  answerSummary,
  answerTopPackages,
} from "./stats.ts";
import { redirectUpstream } from "./upstream-redirects.ts";

/** Every row of the dialect that asks and doesn't change: contract asu-v1 §1.1, §1.10. */
export function asuV1Routes(parts: ServerParts): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  const recent = new Recent<ShownDocument>();
  const builds = buildParts(parts);
  const shown = (c: ServerContext, answered: Answered, generation: number) =>
    "representation" in answered
      ? sendKnown(c.req.raw, parts, recent.keep(c.req.path, generation, answered))
      : answered;
  // Not by `onError`: that would put a chain of handlers around each of these, and so would two routes for one path.
  const worded = (answer: BuildRow) => (c: ServerContext) => {
    const { generation } = parts.catalog;
    const failed = (error: unknown) => answerError(error, c, parts);
    try {
      const answered = answer(c, builds);
      if (!(answered instanceof Promise)) return shown(c, answered, generation);
      return answered.then((late) => shown(c, late, generation)).catch(failed);
    } catch (error) {
      return failed(error);
    }
  };
  const read = (answer: Row) => {
    const anew = worded(answer);
    return (c: ServerContext) => {
      const document = recent.get(c.req.path, parts.catalog.generation);
      return document ? sendKnown(c.req.raw, parts, document) : anew(c);
    };
  };
  for (const [path, answer] of Object.entries(READS)) app.get(path, read(answer));
  for (const [path, to] of Object.entries(MOVED)) app.get(path, () => movedTo(to, 301));
  for (const [path, to] of Object.entries(PAGES)) app.get(path, () => movedTo(to, 302));
  for (const [path, { method, answer }] of Object.entries(BUILDS)) {
    app.on(method, path, worded(answer));
    const others = METHODS.filter((other) => other !== method);
    app.on(
      others,
      path,
      refusal(() => answerMethodNotAllowed(method === "GET" ? "GET, HEAD" : method)),
    );
  }
  return app;
}

type Answered = Response | ShownDocument;
type Row = (c: ServerContext, parts: ServerParts) => Answered | Promise<Answered>;
type BuildRow = (c: ServerContext, parts: BuildParts) => Answered | Promise<Answered>;

const READS: Readonly<Record<string, Row>> = {
  "/json/v1/*": (c, parts) => {
    const path = c.req.path.slice("/json/v1/".length);
    return DOCUMENTS.get(path)?.(c, parts) ?? answerFile(parts, path);
  },
  "/api/v1/revision/:version/:target/:subtarget": answerRevision,
  "/api/v1/stats": answerQueueLength,
  "/api/v1/stats/summary": answerSummary,
  "/api/v1/builds-per-day": answerBuildsPerDay,
  "/api/v1/builds-by-version": answerBuildsByVersion,
  "/api/v1/top-packages": answerTopPackages,
  "/api/v1/build-errors": answerBuildErrors,
  // Before August 2021. `/api/versions` is the first generation's, which asks middle-generation.ts first.
  "/json/latest.json": answerOldLatest,
  "/json/branches.json": answerOldBranches,
  "/json/releases/*": (c, parts) => answerFile(parts, c.req.path.slice("/json/".length)),
  "/json/snapshots/*": (c, parts) => answerFile(parts, c.req.path.slice("/json/".length)),
  "/api/branches": answerOldBranches,
  "/api/latest": answerOldLatest,
  "/.versions.json": redirectUpstream,
  "/releases/*": redirectUpstream,
  "/snapshots/*": redirectUpstream,
};

const DOCUMENTS: ReadonlyMap<string, Row> = new Map([
  ["latest.json", answerLatest],
  ["branches.json", answerBranches],
  ["overview.json", answerOverview],
]);

const MOVED: Readonly<Record<string, string>> = {
  "/api/v1/latest": "/json/v1/latest.json",
  "/api/v1/overview": "/json/v1/overview.json",
  "/overview": "/json/v1/overview.json",
  "/api/overview": "/json/v1/overview.json",
};

const PAGES: Readonly<Record<string, string>> = {
  "/docs": "/api/v2/docs",
  "/redoc": "/api/v2/docs",
  "/openapi.json": "/api/v2/openapi.json",
};

/** Other methods are refused in the dialect's own words. */
const BUILDS: Readonly<Record<string, { method: "GET" | "POST"; answer: BuildRow }>> = {
  "/api/v1/build": { method: "POST", answer: answerBuildRequest },
  "/api/v1/build/:hash": { method: "GET", answer: answerBuildState },
  "/api/build": { method: "POST", answer: answerOldBuildRequest },
  "/api/build/:hash": { method: "GET", answer: answerOldBuildState },
};

function movedTo(location: string, status: 301 | 302): Response {
  return new Response(null, { status, headers: { location } });
}

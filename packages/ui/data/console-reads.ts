import type { HealthSources } from "./console-health.ts";
import { ApiFailure, answerOf, type ServerClient, type ServerSchemas } from "./server.ts";

/** What is asked for that not every token is good for, or none: what was refused once isn't asked for again. */
export interface MayAsk {
  workers: boolean;
  clients: boolean;
}

/** All that says whether the server is well; what this token may not see is null. @throws ApiFailure unauthorized, for a token that isn't known */
export async function readHealth(client: ServerClient, may: MayAsk, signal: AbortSignal): Promise<HealthSources> {
  const [branches, summary, queue, workers, checks] = await Promise.all([
    answerOf(client.GET("/api/v2/catalog/branches", { signal })),
    answerOf(client.GET("/api/v2/stats/summary", { signal })),
    may.workers ? unlessRefused(answerOf(client.GET("/api/v2/queue", { signal }))) : null,
    may.workers ? unlessRefused(answerOf(client.GET("/api/v2/workers", { signal }))) : null,
    readChecks(client, signal),
  ]);
  may.workers &&= workers !== null;
  return { branches: branches.items, summary, queue, workers: workers?.items ?? null, checks };
}

/** What happened here, counted; which programs ask is null where this token may not see it. */
export async function readFigures(client: ServerClient, may: MayAsk, signal: AbortSignal) {
  const query = { limit: 10 };
  const [days, packages, targets, versions, failures, durations, clients] = await Promise.all([
    answerOf(client.GET("/api/v2/stats/days", { signal })),
    answerOf(client.GET("/api/v2/stats/packages", { params: { query }, signal })),
    answerOf(client.GET("/api/v2/stats/targets", { params: { query }, signal })),
    answerOf(client.GET("/api/v2/stats/versions", { signal })),
    answerOf(client.GET("/api/v2/stats/failures", { params: { query }, signal })),
    answerOf(client.GET("/api/v2/stats/durations", { signal })),
    may.clients ? unlessRefused(answerOf(client.GET("/api/v2/stats/clients", { params: { query }, signal }))) : null,
  ]);
  may.clients &&= clients !== null;
  return { days, packages, targets, versions, failures, durations, clients };
}

export type Figures = Awaited<ReturnType<typeof readFigures>>;

/** Who has a build, or had it last, and how often somebody has begun with it. */
export type BuildWork = Pick<ServerSchemas["ListedBuild"], "worker" | "attempt">;

/** What only whoever may manage builds is told of one; null where this token may not, and of one that is in no list. */
export async function readWork({ client }: { client: ServerClient }, id: string, signal: AbortSignal) {
  const list = await unlessRefused(
    answerOf(client.GET("/api/v2/builds", { params: { query: { query: id, limit: 1 } }, signal })),
  );
  const found = list?.items.find((each) => each.id === id);
  return found ? ({ worker: found.worker, attempt: found.attempt } satisfies BuildWork) : null;
}

/** A server that isn't ready says why with 503. */
async function readChecks(client: ServerClient, signal: AbortSignal): Promise<ServerSchemas["Ready"]["checks"]> {
  try {
    return (await answerOf(client.GET("/health/ready", { signal }))).checks;
  } catch (error) {
    if (error instanceof ApiFailure && error.code === "not_ready" && Array.isArray(error.fields.checks)) {
      return error.fields.checks;
    }
    throw error;
  }
}

/** A part that needs a token, or another one. The public ones beside it tell a token that isn't known at all. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

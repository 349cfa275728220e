import { ttlOf } from "../../builds/time-to-live.ts";
import type { Alias, Build } from "../../builds/types.ts";
import { clientKey, LOCAL } from "../../http/client-address.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { headerOf } from "../../http/request-header.ts";
import { headerText } from "./answers.ts";
import { buildInputs, echoOf } from "./build-inputs.ts";
import type { BuildRequest } from "./build-request.ts";
import { distributionOf } from "./documents.ts";
import { type BuildPlan, validateBuild } from "./validate-build.ts";

/** By which this dialect's hashes are known to the builds. */
export const DIALECT = "asu-v1";

export interface AskedBuild {
  build: Build;
  alias: Alias;
}

/** A build, or the dialect's sentence for why there can't be one. */
export type AnsweredAsk = AskedBuild | { refusal: string } | { unknown: readonly string[] };

export interface AskOptions {
  /** Packages of which nothing is known, for those clients that want to hear of them before the build does. */
  unknownPackages?: (plan: BuildPlan) => Promise<readonly string[]>;
}

/**
 * Validates a request and asks for it to be built: contract asu-v1 §1.2, §1.3. What was built, or is being built, under this
 * hash is there even while the request itself can't be judged, or not any more.
 * @throws ServerError queue_full, and the catalog's when it can't be known now
 */
export async function askForBuild(
  c: ServerContext,
  parts: ServerParts,
  { request, hash }: { request: BuildRequest; hash: string },
  { unknownPackages }: AskOptions = {},
): Promise<AnsweredAsk> {
  const validated = await validateBuild(parts, distributionOf(parts), request).catch(async (error: unknown) => {
    const known = await knownBuild(parts, hash);
    if (known) return known;
    countMiss(parts);
    throw error;
  });
  if ("build" in validated) return countHit(parts, validated);
  if ("refusal" in validated) {
    const known = await knownBuild(parts, hash);
    if (known) return countHit(parts, known);
    countMiss(parts);
    return validated;
  }
  const { plan } = validated;
  const unknown = (await unknownPackages?.(plan)) ?? [];
  if (unknown.length > 0) {
    countMiss(parts);
    return { unknown };
  }
  const inputs = buildInputs(request, plan);
  const alias = { dialect: DIALECT, hash, request: echoOf(request, plan) };
  const ask = { inputs, alias, asker: await askerOf(c, parts), ttl: ttlOf(inputs, parts.config.builds) };
  const { build, outcome } = await parts.builds.ask(ask).catch((error: unknown) => {
    countMiss(parts);
    throw error;
  });
  if (outcome === "new") countMiss(parts);
  const asked = { build, alias };
  return outcome === "hit" ? countHit(parts, asked) : asked;
}

/** Every request is counted, with its client, before anything is known of it. */
export function countRequest(c: ServerContext, { stats }: Pick<ServerParts, "stats">, request: BuildRequest): void {
  stats.count("build-request");
  stats.count("client", clientName(request.client, headerOf(c.req.raw, "user-agent") ?? undefined));
}

/** Who asks: named in the request, else auc by its user agent, else nobody in particular. Short: it is counted by name. */
export function clientName(client: string | null, userAgent: string | undefined): string {
  const name =
    client || (userAgent?.startsWith("auc") ? userAgent.replaceAll(" (", "/").replaceAll(")", "") : "unknown/0");
  return headerText(name).slice(0, 80);
}

/** By whom a queue is shared fairly: a token, where one was sent, else an address (contract server.md §3). */
export async function askerOf(c: ServerContext, { tokens }: Pick<ServerParts, "tokens">): Promise<string> {
  const sent = /^Bearer +(\S+)\s*$/i.exec(headerOf(c.req.raw, "authorization") ?? "")?.[1];
  const token = sent === undefined ? null : await tokens.verify(sent);
  // As our own API says it: one client is one in all dialects.
  return token ? `token ${token.id}` : clientKey(c.env?.address ?? LOCAL);
}

async function knownBuild({ builds }: Pick<ServerParts, "builds">, hash: string): Promise<AskedBuild | null> {
  const known = await builds.byAlias(DIALECT, hash);
  return known && known.build.state !== "withdrawn" ? known : null;
}

/** A hit is a build that has come to its images: one that failed is neither hit nor miss (contract asu-v1 §1.9). */
function countHit({ stats }: Pick<ServerParts, "stats">, asked: AskedBuild): AskedBuild {
  if (asked.build.state === "done") stats.count("build-hit");
  return asked;
}

function countMiss({ stats }: Pick<ServerParts, "stats">): void {
  stats.count("build-miss");
}

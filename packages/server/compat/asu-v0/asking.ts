import { ttlOf } from "../../builds/time-to-live.ts";
import type { Asked, BuildInputs } from "../../builds/types.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { headerOf } from "../../http/request-header.ts";
import { askerOf, clientName } from "../asu-v1/asking.ts";
import { type BuildRequest, findBuildRequest, type KnownBuildRequest } from "./build-request.ts";

/** By which this dialect's request hashes are known to the builds. */
export const DIALECT = "asu-v0";

/** 12 hex digits; more where another request has those. */
export function isRequestHash(text: string): boolean {
  return /^[0-9a-f]{12,64}$/.test(text);
}

export interface AskedBuild {
  build: Asked["build"];
  outcome: Asked["outcome"];
  requestHash: string;
}

/**
 * Asks for what was asked for, which has to exist. What was built, or is being built, for the same request is there even
 * while the request can't be judged, or not any more.
 * @throws ServerError what `refusal` words
 */
export async function askForBuild(c: ServerContext, parts: ServerParts, request: BuildRequest): Promise<AskedBuild> {
  const { builds, packageLists, requestNames, stats } = parts;
  countRequest(c, parts);
  try {
    const places = { catalog: parts.catalog, facts: (name: string) => parts.upgrades.facts(name) };
    const known = await findBuildRequest(places, request, parts.signal);
    if (request.packages !== null) await packageLists.remember(request.packages);
    const inputs = buildInputs(known);
    const hash = await requestNames.take(request);
    const alias = { dialect: DIALECT, hash, request: null };
    const ask = { inputs, alias, asker: await askerOf(c, parts), ttl: ttlOf(inputs, parts.config.builds) };
    const { build, outcome } = await builds.ask(ask);
    if (outcome === "new") stats.count("build-miss");
    return countHit(parts, { build, outcome, requestHash: hash });
  } catch (error) {
    const known = await knownBuild(parts, request).catch(() => null);
    if (known) return countHit(parts, known);
    stats.count("build-miss");
    throw error;
  }
}

/** What a request comes to. Two that mean the same have the same. */
function buildInputs({ request, version, target, profile, packages }: KnownBuildRequest): BuildInputs {
  return {
    distribution: version.distribution,
    version: version.name,
    versionCode: target.versionCode,
    isVersionCodeAsked: false,
    target: target.name,
    profile: profile.name,
    packages: packages ?? [],
    packagesVersions: {},
    // What a device sends is all that it should have; who sends nothing gets what the profile comes with (contract server.md §2).
    diffPackages: packages !== null,
    filesystem: null,
    defaults: request.defaults,
    rootfsSizeMb: null,
    repositories: {},
    repositoriesMode: "append",
    repositoryKeys: [],
  };
}

async function knownBuild(
  { builds, requestNames }: Pick<ServerParts, "builds" | "requestNames">,
  request: BuildRequest,
): Promise<AskedBuild | null> {
  const requestHash = await requestNames.find(request);
  const known = requestHash === null ? null : await builds.byAlias(DIALECT, requestHash);
  // A failure is told to who asks about it; who asks for it anew is told what is wrong now.
  if (requestHash === null || known === null || ["withdrawn", "failed"].includes(known.build.state)) return null;
  return { build: known.build, outcome: known.build.state === "done" ? "hit" : "joined", requestHash };
}

/** Every request is counted, with its client, before anything is known of it. */
function countRequest(c: ServerContext, { stats }: Pick<ServerParts, "stats">): void {
  stats.count("build-request");
  stats.count("client", clientName(null, headerOf(c.req.raw, "user-agent") ?? undefined));
}

function countHit({ stats }: Pick<ServerParts, "stats">, asked: AskedBuild): AskedBuild {
  if (asked.build.state === "done") stats.count("build-hit");
  return asked;
}

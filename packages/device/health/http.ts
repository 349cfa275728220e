import type { HealthConfig } from "@pawl/protocol";
import { type Answer, get } from "./http-get.ts";
import type { HealthProbe, HealthReading } from "./types.ts";
import { connectionTrouble } from "./words.ts";

/** Up is an answer of 2xx; with `version_at`, one whose JSON names the release's version there. */
export function httpProbe(config: Extract<HealthConfig, { http: string }>): HealthProbe {
  const url = new URL(config.http);
  const { version_at } = config;
  return {
    name: withoutSecrets(url),
    withinMs: config.within,
    steadyMs: config.steady,
    async probe(expectedVersion, signal) {
      const comparedAt = expectedVersion === null ? undefined : version_at;
      let answer: Answer;
      try {
        answer = await get(url, { body: comparedAt !== undefined, signal });
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, reason: connectionTrouble(error) };
      }
      if (answer.status < 200 || answer.status > 299) {
        return { ok: false, reason: `answered with HTTP status ${answer.status}` };
      }
      if (comparedAt === undefined || expectedVersion === null) return { ok: true };
      return compare(answer, comparedAt, expectedVersion);
    },
  };
}

function compare({ text }: Answer, versionAt: string, expected: string): HealthReading {
  if (text === null) return { ok: false, reason: "answered with more than 1 MB" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: "answered with something that isn't JSON" };
  }
  const found = at(json, versionAt);
  if (typeof found !== "string" && typeof found !== "number") {
    return { ok: false, reason: `answered without a version at "${versionAt}"` };
  }
  if (bare(String(found)) === bare(expected)) return { ok: true };
  return { ok: false, reason: `answered ${String(found).slice(0, 100)} instead of ${expected}` };
}

function at(json: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key];
  }, json);
}

function bare(version: string): string {
  return version.trim().replace(/^v/i, "");
}

/** As it may stand in a log: a query or a user part may hold a token. */
function withoutSecrets(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

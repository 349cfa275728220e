import type { Baseline } from "../baseline/baseline.ts";
import { requestsPerSecond } from "../wrk.ts";
import type { BenchServer } from "./bench-server.ts";
import { answered } from "./documents.ts";
import { inTurns } from "./in-turns.ts";

/**
 * Reads a second of a document that the asker has already, by its ETag, against the baseline's GET of a finished build: that
 * is what clients of either ask for again and again. The baseline is null where it isn't installed.
 */
export async function benchConditionalRead(
  server: BenchServer,
  path: string,
  baseline: Baseline | null,
): Promise<{ ours: number; baseline: number | null }> {
  const url = server.url + path;
  const etag = (await answered(url)).headers.find(([name]) => name.toLowerCase() === "etag")?.[1];
  if (etag === undefined) throw new Error(`${url} has no ETag`);
  const ours = () => requestsPerSecond({ url, headers: { "if-none-match": etag }, status: 304 });
  if (!baseline) return { ...(await inTurns({ ours })), baseline: null };
  const build = `${baseline.url}/api/v1/build/${await finishedBuild(baseline)}`;
  return inTurns({ ours, baseline: () => requestsPerSecond({ url: build, status: 200 }) });
}

/** The hash of a build that the baseline has made. */
async function finishedBuild({ url }: Baseline): Promise<string> {
  const packages = Array.from({ length: 40 }, (_, at) => `package-${at}`);
  const request = { distro: "openwrt", version: "24.10.0", target: "ath79/generic", profile: "generic", packages };
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/api/v1/build`, { method: "POST", headers, body: JSON.stringify(request) });
  return ((await response.json()) as { request_hash: string }).request_hash;
}

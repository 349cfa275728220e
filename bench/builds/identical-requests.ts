import { setTimeout as sleep } from "node:timers/promises";
import type { BenchServer } from "../server/bench-server.ts";

const REQUESTS = 1_000;
const PATH = "/api/v1/build";
const BODY = JSON.stringify({
  ...{ distro: "openwrt", version: "25.12.1", target: "ath79/generic", profile: "glinet_gl-ar150" },
  ...{ packages: ["vim"], diff_packages: false, client: "bench/1.0" },
});
const WITHIN_MS = 300_000;

/** Milliseconds until all are answered who ask a server for the same at once. Afterwards there is an image, and nothing is built any more. */
export async function benchIdenticalRequests({ url }: Pick<BenchServer, "url">): Promise<number> {
  const start = performance.now();
  const hashes = await Promise.all(Array.from({ length: REQUESTS }, () => ask(url)));
  const took = performance.now() - start;
  const [hash, ...others] = new Set(hashes);
  if (hash === undefined || others.length > 0) throw new Error(`${REQUESTS} identical requests got several hashes`);
  for (const end = Date.now() + WITHIN_MS; ; await sleep(200)) {
    const response = await fetch(`${url}${PATH}/${hash}`);
    const text = await response.text();
    if (response.status === 200) return took;
    if (response.status !== 202 || Date.now() > end) throw new Error(`answered ${response.status}: ${text}`);
  }
}

async function ask(url: string): Promise<string> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: BODY };
  const response = await fetch(url + PATH, init);
  const text = await response.text();
  if (response.status !== 202 && response.status !== 200) throw new Error(`answered ${response.status}: ${text}`);
  return (JSON.parse(text) as { request_hash: string }).request_hash;
}

import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { MirrorServer } from "@pawl/testkit";
import type { Baseline } from "../baseline/baseline.ts";
import { median } from "../median.ts";
import type { BenchServer } from "../server/bench-server.ts";
import { allInTurns } from "../server/in-turns.ts";
import { type Answering, answering } from "../wrk.ts";
import { bodyOf, routerRequest } from "./router-request.ts";

const PATH = "/api/v1/build";
const WITHIN_MS = 300_000;

export interface Compared {
  ours: Answering;
  /** Null where it isn't installed. */
  baseline: Answering | null;
}

/** Asking again for a build that is there, and asking how it stands, of both servers in the same words. Medians. */
export async function benchCachedAnswers(
  { server, mirror }: { server: BenchServer; mirror: MirrorServer },
  baseline: Baseline | null,
): Promise<{ post: Compared; status: Compared }> {
  const env = await routerRequest(mirror);
  const script = await readFile(new URL("../baseline/build.lua", import.meta.url), "utf8");
  const load = async ({ url }: { url: string }) => {
    const hash = await builtHash(url + PATH, bodyOf(env));
    return {
      post: () => answering({ url: url + PATH, script, env, status: 200 }),
      status: () => answering({ url: `${url}${PATH}/${hash}`, status: 200 }),
    };
  };
  const own = await load(server);
  const other = baseline && (await load(baseline));
  return { post: await compare(own.post, other?.post), status: await compare(own.status, other?.status) };
}

type Measure = () => Promise<Answering>;

async function compare(ours: Measure, baseline: Measure | undefined): Promise<Compared> {
  if (!baseline) return { ours: medians((await allInTurns({ ours })).ours), baseline: null };
  const rounds = await allInTurns({ ours, baseline });
  return { ours: medians(rounds.ours), baseline: medians(rounds.baseline) };
}

function medians(rounds: readonly Answering[]): Answering {
  return {
    rate: median(rounds.map(({ rate }) => rate)),
    median: median(rounds.map((round) => round.median)),
    p99: median(rounds.map(({ p99 }) => p99)),
  };
}

/** Has it built, as a device would: asks, and asks again until it is there. */
async function builtHash(url: string, request: object): Promise<string> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(request) };
  for (const end = Date.now() + WITHIN_MS; ; await sleep(200)) {
    const response = await fetch(url, init);
    const answer = (await response.json()) as { request_hash: string; manifest?: object; stderr?: string };
    if (response.status === 200 && Object.keys(answer.manifest ?? {}).length >= 40) return answer.request_hash;
    const mayCome = response.status === 202 || response.status === 503;
    if (!mayCome || Date.now() > end) {
      throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
    }
  }
}

import { TempDir } from "@pawl/testkit";
import { gitSource } from "../../packages/device/sources/git/index.ts";
import { run } from "../../packages/device/system/run.ts";
import { median } from "../median.ts";
import { runGit } from "./run-git.ts";

const ROUNDS = 7;

/**
 * The first look at a repository with a long history, from nothing on the disk to the version of its `main`, against
 * `git clone --bare --filter=blob:none`, which gives no version. Medians in milliseconds; the rounds alternate.
 */
export async function benchFirstLook(url: string): Promise<{ ours_ms: number; baseline_ms: number }> {
  await using dir = await TempDir.create();
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const source = gitSource({ url }, { cacheDir: dir.join(`ours-${round}`), userAgent: "pawl/bench", run });
    ours.push(
      await timed(async () => {
        const seen = await source.look({ channel: "main", installed: null }, AbortSignal.timeout(60_000));
        if (!seen.offers.some(({ channel }) => channel === "main")) throw new Error("The look found nothing.");
      }),
    );
    const bare = dir.join(`bare-${round}`);
    baseline.push(await timed(() => runGit("clone", "--quiet", "--bare", "--filter=blob:none", url, bare)));
  }
  return { ours_ms: median(ours), baseline_ms: median(baseline) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

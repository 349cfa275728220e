import { branchOf } from "../catalog/version-order.ts";
import { durationKey } from "../stats/durations.ts";
import { buildKey, type Stats } from "../stats/types.ts";
import type { BuildInputs, BuildResult, Failure } from "./types.ts";

type Counts = Pick<Stats, "count" | "buildFailed">;

/** Requests, hits and misses are counted by whoever was asked; how builds end is counted here, once for each. */
export function countDone(
  stats: Counts,
  inputs: BuildInputs,
  result: BuildResult,
  times: { startedAt: Date | null; finishedAt: Date },
): void {
  const key = buildKey(inputs);
  const ms = times.finishedAt.getTime() - (times.startedAt ?? times.finishedAt).getTime();
  stats.count("build-success");
  stats.count("build", key);
  stats.count("build-seconds", key, Math.max(0, Math.round(ms / 1000)));
  stats.count("build-duration", durationKey(ms));
  const branch = branchOf(inputs.version);
  for (const name of wantedPackages(inputs, result)) stats.count("package", `${branch}:${name}`);
}

/** All are counted. Those with a first-boot script are in no list, which the latest failures are (contract server.md §5). */
export async function countFailed(stats: Counts, inputs: BuildInputs, failure: Failure): Promise<void> {
  stats.count("build-failure");
  stats.count("failure", failure.code);
  const { version, target, profile, defaults } = inputs;
  if (defaults !== null && defaults !== "") return;
  await stats.buildFailed({ version, target, profile, message: failure.sentence });
}

/** Those that somebody has asked for, and that the device doesn't come with. */
function wantedPackages({ packages }: BuildInputs, { target, profile }: BuildResult): string[] {
  const listed = [target.default_packages, profile.device_packages].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  const defaults = new Set<unknown>(listed);
  return [...new Set(packages)].filter((name) => !name.startsWith("-") && !defaults.has(name));
}

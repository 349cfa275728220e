import { spawnSync } from "node:child_process";
import { Appliance, TempDir } from "@pawl/testkit";
import { median } from "../median.ts";
import { DEVICE_FILE } from "./device-file.ts";

const ROUNDS = 15;

/** `pawl status` against `node -e 0`: wall time of the whole process, medians in milliseconds, in turns. */
export async function benchStatus(): Promise<{ ours_ms: number; baseline_ms: number; ratio: number }> {
  await using dir = await TempDir.create();
  await using appliance = await Appliance.create({
    dir: dir.path,
    pawl: [process.execPath, DEVICE_FILE],
    steady: "100ms",
  });
  await appliance.publish("1.0.0");
  await appliance.pawl.run("install");
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(timed([DEVICE_FILE, "--config", appliance.configPath, "status"]));
    baseline.push(timed(["-e", "0"]));
  }
  return { ours_ms: median(ours), baseline_ms: median(baseline), ratio: median(ours) / median(baseline) };
}

function timed(args: string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args);
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

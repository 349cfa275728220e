import type { HistoryAnswer, LogAnswer } from "@pawl/protocol";
import { PythonAppliance, TempDir } from "@pawl/testkit";
import { DEVICE_FILE } from "../device/device-file.ts";
import { median } from "../median.ts";

const ROUNDS = 5;

/**
 * Going back to the virtual environment before, without network, and forward again: from the moment it was asked for until
 * nothing is left to do but to restart the service. The median in milliseconds.
 */
export async function benchWayBack(): Promise<{ ours_ms: number }> {
  await using dir = await TempDir.create();
  const pawl = [process.execPath, DEVICE_FILE] as const;
  await using appliance = await PythonAppliance.create({ dir: dir.path, pawl, steady: "10ms" });
  await must(appliance, "install");
  await appliance.push("main", { message: "Whistle" });
  await must(appliance, "check", "--force");
  await must(appliance, "install");
  await appliance.server.goAway();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const newest = JSON.parse((await must(appliance, "status", "--json")).stdout).current_version;
    await must(appliance, "rollback");
    times.push(await untilRestart(appliance));
    await must(appliance, "install", newest);
  }
  return { ours_ms: median(times) };
}

async function untilRestart(appliance: PythonAppliance): Promise<number> {
  const { updates } = JSON.parse((await must(appliance, "history", "--json")).stdout) as HistoryAnswer;
  const { lines } = JSON.parse((await must(appliance, "log", "--json")).stdout) as LogAnswer;
  const restart = lines.find(({ line }) => line.startsWith("Restarting service in "));
  return Date.parse(restart?.at ?? "") - Date.parse(updates[0]?.started_at ?? "");
}

async function must(appliance: PythonAppliance, ...args: string[]) {
  const ended = await appliance.run(...args);
  if (ended.code !== 0) throw new Error(`pawl ${args.join(" ")} failed:\n${ended.stdout}${ended.stderr}`);
  return ended;
}

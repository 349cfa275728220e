import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Appliance, PawlCommand, TempDir } from "@pawl/testkit";
import { DEVICE_FILE } from "./device-file.ts";

const WATCH = fileURLToPath(new URL("./watch-process.cjs", import.meta.url));

interface ProcessReport {
  command: string;
  syncs: number;
  peak_mb: number;
}

/**
 * One install of a release of so many bytes by the built file, both sides' processes watched: how often they forced
 * something to the disk, and the most memory either of them had, in MB.
 */
export async function benchInstall(bytes: number): Promise<{ syncs: number; peak_mb: number }> {
  await using dir = await TempDir.create();
  const pawl: [string, string] = [process.execPath, DEVICE_FILE];
  await using appliance = await Appliance.create({ dir: dir.path, pawl, steady: "100ms" });
  await appliance.publish("1.0.0");
  await appliance.pawl.run("install");
  await appliance.publish("1.1.0", { ballastBytes: bytes });
  const report = join(dir.path, "report");
  const env = { ...process.env, NODE_OPTIONS: `--require ${WATCH}`, BENCH_REPORT: report };
  const { code, stderr } = await new PawlCommand(pawl, appliance.configPath, env).run("install");
  if (code !== 0) throw new Error(`the install ended with ${code}: ${stderr}`);
  const processes = (await readFile(report, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ProcessReport)
    .filter(({ command }) => /^(install|apply)\b/.test(command));
  return {
    syncs: processes.reduce((sum, { syncs }) => sum + syncs, 0),
    peak_mb: Math.max(...processes.map(({ peak_mb }) => peak_mb)),
  };
}

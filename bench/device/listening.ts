import { type ChildProcess, spawn } from "node:child_process";
import type { Appliance } from "@pawl/testkit";
import { DEVICE_FILE } from "./device-file.ts";

/** The daemon of an appliance, once it listens. */
export async function listening(appliance: Pick<Appliance, "configPath">): Promise<ChildProcess> {
  const daemon = spawn(process.execPath, [DEVICE_FILE, "device", "--config", appliance.configPath], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => daemon.stdout?.once("data", resolve));
  return daemon;
}

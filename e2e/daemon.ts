import { spawn } from "node:child_process";
import type { StreamEvent } from "@pawl/protocol";
import type { Appliance } from "@pawl/testkit";
import { createParser } from "eventsource-parser";
import { DEVICE_FILE } from "./nodes.ts";

/** A `pawl device` process of an appliance. */
export interface Daemon extends AsyncDisposable {
  url: string;
  pid: number;
  stderr(): string;
  /** All events of the current or the last update, until its end. */
  replay(): Promise<StreamEvent[]>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the daemon and waits until it listens. */
export async function startDaemon(
  device: Pick<Appliance, "configPath" | "apiPort">,
  node = process.execPath,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Daemon> {
  const child = spawn(node, [DEVICE_FILE, "device", "--config", device.configPath], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error(`the daemon ended: ${stderr}`)));
  });
  const url = `http://127.0.0.1:${device.apiPort}`;
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exit;
  };
  return {
    url,
    pid: child.pid ?? 0,
    stderr: () => stderr,
    replay: () => replay(`${url}/api/update/progress`),
    kill,
    [Symbol.asyncDispose]: () => kill("SIGTERM"),
  };
}

async function replay(url: string): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data)) });
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  return events;
}

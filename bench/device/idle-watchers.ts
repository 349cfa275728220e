import { Agent, get } from "node:http";
import { Appliance, TempDir } from "@pawl/testkit";
import { median } from "../median.ts";
import { DEVICE_FILE } from "./device-file.ts";
import { listening } from "./listening.ts";

const WATCHERS = 500;
const ROUNDS = 200;

/** `GET status` while 500 pages watch and nothing happens, against the same with nobody watching: medians in milliseconds. */
export async function benchIdleWatchers(): Promise<{ watched_ms: number; alone_ms: number; ratio: number }> {
  await using dir = await TempDir.create();
  await using appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE] });
  const daemon = await listening(appliance);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const base = `http://127.0.0.1:${appliance.apiPort}/api/update`;
  try {
    await latencies(`${base}/status`, agent);
    const alone = await latencies(`${base}/status`, agent);
    const streams = await Promise.all(Array.from({ length: WATCHERS }, () => opened(`${base}/progress`)));
    const watched = await latencies(`${base}/status`, agent);
    for (const stream of streams) stream.destroy();
    const [watched_ms, alone_ms] = [median(watched), median(alone)];
    return { watched_ms, alone_ms, ratio: watched_ms / alone_ms };
  } finally {
    agent.destroy();
    daemon.kill("SIGTERM");
  }
}

async function latencies(url: string, agent: Agent): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await new Promise<void>((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
    });
    times.push(performance.now() - start);
  }
  return times;
}

/** A stream whose first words have arrived, and that goes on being read. */
function opened(url: string): Promise<{ destroy(): void }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      response.once("data", () => resolve(request));
      response.on("error", () => undefined).resume();
    });
    request.on("error", reject);
  });
}

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What stands in the command line of every process of a demo: a pid file may name a number that is somebody else's by now. */
const MINE = ["pawl-device.mjs", "service.mjs", "testkit", "pawl-server.yaml", "/kettle/home/"];

/** Two demos in one folder would take each other's files away. */
export async function refuseASecond(dir: string): Promise<void> {
  const pid = await ownProcess(dir, "demo.pid");
  if (pid === null) return;
  process.stderr.write(`The demo runs already (process ${pid}). End it with Ctrl-C in its terminal first.\n`);
  process.exit(1);
}

/** What a demo that was killed left behind: its daemon, its services, its folder, and its server but for what that knows. */
export async function clearLeftovers(dir: string, stateDir: string): Promise<void> {
  await endServer(stateDir);
  for (const file of ["daemon.pid", join("appliance", "service.pid"), join("kettle", "service.pid")]) {
    const pid = await ownProcess(dir, file);
    if (pid !== null) process.kill(pid, "SIGKILL");
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** It ends its database itself, for which it needs a moment. */
async function endServer(stateDir: string): Promise<void> {
  const pid = await ownProcess(stateDir, "server.pid");
  if (pid === null) return;
  process.kill(pid, "SIGTERM");
  for (let tries = 0; tries < 150 && (await ownProcess(stateDir, "server.pid")) !== null; tries++) await sleep(100);
}

/** The process whose number is in a file of the demo's, if it still runs and is one of ours. */
async function ownProcess(dir: string, file: string): Promise<number | null> {
  const pid = Number(await readFile(join(dir, file), "utf8").catch(() => ""));
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return pid > 1 && pid !== process.pid && MINE.some((part) => command.includes(part)) ? pid : null;
}

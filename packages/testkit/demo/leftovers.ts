import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** What stands in the command line of every process of a demo: a pid file may name a number that is somebody else's by now. */
const MINE = ["pawl-device.mjs", "service.mjs", "testkit"];

/** Two demos in one folder would take each other's files away. */
export async function refuseASecond(dir: string): Promise<void> {
  const pid = await ownProcess(dir, "demo.pid");
  if (pid === null) return;
  process.stderr.write(`The demo runs already (process ${pid}). End it with Ctrl-C in its terminal first.\n`);
  process.exit(1);
}

/** What a demo that was killed left behind: its daemon, its service, its folder. */
export async function clearLeftovers(dir: string): Promise<void> {
  for (const file of ["daemon.pid", join("appliance", "service.pid")]) {
    const pid = await ownProcess(dir, file);
    if (pid !== null) process.kill(pid, "SIGKILL");
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** The process whose number is in a file of the demo's, if it still runs and is one of ours. */
async function ownProcess(dir: string, file: string): Promise<number | null> {
  const pid = Number(await readFile(join(dir, file), "utf8").catch(() => ""));
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return pid > 1 && pid !== process.pid && MINE.some((part) => command.includes(part)) ? pid : null;
}

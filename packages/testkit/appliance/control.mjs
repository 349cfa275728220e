// The appliance's init system: control.mjs start|stop|status <home> <port> [<program>…]. It keeps the service's pid in
// <home>/service.pid. Without a program the service is the one in <home>/current.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [verb, home, port, ...program] = process.argv.slice(2);
const pidFile = join(home, "service.pid");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function pid() {
  try {
    const number = Number(readFileSync(pidFile, "utf8"));
    process.kill(number, 0);
    // A service that has died but that nobody has waited for still has its number.
    return readFileSync(`/proc/${number}/stat`, "utf8").includes(") Z ") ? null : number;
  } catch {
    return null;
  }
}

async function stop() {
  const running = pid();
  if (running === null) return rmSync(pidFile, { force: true });
  process.kill(running, "SIGTERM");
  for (let waited = 0; pid() !== null; waited += 20) {
    if (waited > 5_000) process.kill(running, "SIGKILL");
    await pause(20);
  }
  rmSync(pidFile, { force: true });
}

function start() {
  if (pid() !== null) return;
  const log = openSync(join(home, "service.log"), "a");
  const [name, ...args] =
    program.length > 0 ? program : [process.execPath, join(realpathSync(join(home, "current")), "service.mjs")];
  const service = spawn(name, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, APPLIANCE_PORT: port, KETTLE_PORT: port },
  });
  writeFileSync(pidFile, String(service.pid));
  closeSync(log);
  service.unref();
}

if (verb === "start") start();
else if (verb === "stop") await stop();
else if (verb === "status") process.exitCode = pid() === null ? 3 : 0;
else process.exitCode = 2;

import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Appliance, freePort } from "../appliance/appliance.ts";

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const DIR = join(ROOT, ".demo");
const PAWL = [process.execPath, join(ROOT, "dist", "pawl-device.mjs")] as const;
/** The ports people will see; others when these are taken. */
const PORTS = { service: 8080, api: 7320, host: 8090 };
const BALLAST = 12_000_000;

await runDemo();

/** A kitchen dashboard that wants to be updated, until Ctrl-C; then nothing of it is left. */
async function runDemo(): Promise<void> {
  await clearLeftovers();
  await mkdir(DIR, { recursive: true });
  const appliance = await Appliance.create({
    dir: DIR,
    pawl: PAWL,
    servicePort: await portOr(PORTS.service),
    apiPort: await portOr(PORTS.api),
    hostPort: await portOr(PORTS.host),
    bytesPerSecond: 3_000_000,
    steady: "6s",
  });
  process.stdout.write("Setting up a kitchen dashboard with its release host…\n");
  await appliance.publish("1.0.0", { notes: "The first one." });
  await must(appliance, "install", "1.0.0");
  await appliance.publish("1.1.0", { ballastBytes: BALLAST, notes: "Pictures of the kitchen." });
  await appliance.publish("1.2.0", {
    ballastBytes: BALLAST,
    diesAfterMs: 4_000,
    channel: "beta",
    notes: "Breaks after four seconds.",
  });
  await writeLauncher();

  let daemon = startDaemon(appliance);
  await rememberPids(daemon);
  await must(appliance, "check", "--force");
  process.stdout.write(guide(appliance));

  process.on("SIGHUP", async () => {
    await ended(daemon);
    daemon = startDaemon(appliance);
    await rememberPids(daemon);
    process.stdout.write("Pawl was built again and restarted.\n");
  });
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  process.stdout.write("\nCleaning up…\n");
  await ended(daemon);
  await untilNoUpdate(appliance);
  await appliance[Symbol.asyncDispose]();
  await rm(DIR, { recursive: true, force: true, maxRetries: 5 });
}

function guide(appliance: Appliance): string {
  return `
  The appliance    http://127.0.0.1:${appliance.servicePort}/            (runs 1.0.0)
  Its update API   http://127.0.0.1:${appliance.apiPort}/api/update/status
  Its release host ${appliance.host.url}/index.json

  Try, in another terminal in this folder:

    .demo/pawl status           what is installed, what is newer
    .demo/pawl install          install 1.1.0 and watch it
    .demo/pawl install 1.2.0    a release that breaks: see it go back by itself

  Then: .demo/pawl history. Ctrl-C here ends everything and leaves nothing behind.

`;
}

/** The daemon in a session of its own, so that Ctrl-C doesn't reach it before us. */
function startDaemon(appliance: Appliance): ChildProcess {
  const [program, ...args] = PAWL;
  const daemon = spawn(program, [...args, "device", "--config", appliance.configPath], {
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
    env: { ...process.env, PAWL_LOG_LEVEL: "warn" },
  });
  return daemon;
}

async function writeLauncher(): Promise<void> {
  const path = join(DIR, "pawl");
  const command = [...PAWL, "--config", join(DIR, "pawl.yaml")].map((part) => `'${part}'`).join(" ");
  await writeFile(path, `#!/bin/sh\nexec ${command} "$@"\n`);
  await chmod(path, 0o755);
}

async function must(appliance: Appliance, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await appliance.pawl.run(...args);
  if (code !== 0) throw new Error(`pawl ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** Ctrl-C in the middle of an update: it is let finish, so that no process of it stays. */
async function untilNoUpdate(appliance: Appliance): Promise<void> {
  await appliance.pawl.run("cancel");
  for (let tries = 0; tries < 200; tries++) {
    const status = JSON.parse((await appliance.pawl.run("status", "--json")).stdout || "{}");
    if (status.state !== "installing") return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function rememberPids(daemon: ChildProcess): Promise<void> {
  await writeFile(join(DIR, "daemon.pid"), String(daemon.pid));
}

/** What a demo that was killed left behind: its daemon, its service, its folder. */
async function clearLeftovers(): Promise<void> {
  for (const file of [join(DIR, "daemon.pid"), join(DIR, "appliance", "service.pid")]) {
    const pid = Number(await readFile(file, "utf8").catch(() => ""));
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (pid > 1 && command.includes(ROOT)) process.kill(pid, "SIGKILL");
  }
  await rm(DIR, { recursive: true, force: true, maxRetries: 5 });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}

async function portOr(wanted: number): Promise<number> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect(wanted, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
  return taken ? freePort() : wanted;
}

import { once } from "node:events";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Appliance, freePort } from "../appliance/appliance.ts";
import { Daemon } from "./daemon.ts";
import { clearLeftovers, refuseASecond } from "./leftovers.ts";

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** Where everything of the demo lies; it is gone when the demo ends. */
const DIR = process.env.PAWL_DEMO_DIR ?? join(ROOT, ".demo");
const PAWL_AS_TYPED = relative(ROOT, join(DIR, "pawl"));
const PAWL = [process.execPath, join(ROOT, "dist", "pawl-device.mjs")] as const;
/** The ports people will see; others when these are taken. */
const PORTS = { service: 8080, api: 7320, host: 8090 };
const BALLAST = 12_000_000;

await runDemo();

/** A kitchen dashboard that wants to be updated, until Ctrl-C; then nothing of it is left. */
async function runDemo(): Promise<void> {
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end.abort());
  await refuseASecond(DIR);
  await clearLeftovers(DIR);
  await mkdir(DIR, { recursive: true });
  await writeFile(join(DIR, "demo.pid"), String(process.pid));
  process.stdout.write("Setting up a kitchen dashboard with its release host…\n");
  try {
    await using appliance = await createAppliance();
    await setUp(appliance);
    await using daemon = new Daemon(PAWL, appliance.configPath, join(DIR, "daemon.pid"));
    await daemon.start();
    await must(appliance, "check", "--force");
    process.on("SIGUSR2", () => void daemon.restart());
    process.stdout.write(guide(appliance));
    if (!end.signal.aborted) await once(end.signal, "abort");
    process.stdout.write("\nCleaning up…\n");
    await daemon.stop();
    await untilNoUpdate(appliance);
  } catch (error) {
    // Ctrl-C on a terminal reaches the commands of the set-up, too.
    if (!end.signal.aborted) throw error;
  } finally {
    await rm(DIR, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function createAppliance(): Promise<Appliance> {
  return Appliance.create({
    dir: DIR,
    pawl: PAWL,
    servicePort: await portOr(PORTS.service),
    apiPort: await portOr(PORTS.api),
    hostPort: await portOr(PORTS.host),
    bytesPerSecond: 3_000_000,
    steady: "6s",
  });
}

/** The first release in place, a newer one and a broken one on the host, and a command to try them with. */
async function setUp(appliance: Appliance): Promise<void> {
  await appliance.publish("1.0.0", { notes: "The first one." });
  await must(appliance, "install", "1.0.0");
  await appliance.publish("1.1.0", { ballastBytes: BALLAST, notes: "Pictures of the kitchen." });
  const broken = { ballastBytes: BALLAST, diesAfterMs: 4_000, notes: "Breaks after four seconds." };
  await appliance.publish("1.2.0", { ...broken, channel: "beta" });
  const path = join(DIR, "pawl");
  const command = [...PAWL, "--config", appliance.configPath].map((part) => `'${part}'`).join(" ");
  await writeFile(path, `#!/bin/sh\nexec ${command} "$@"\n`);
  await chmod(path, 0o755);
}

function guide(appliance: Appliance): string {
  return `
  The appliance    http://127.0.0.1:${appliance.servicePort}/            (runs 1.0.0)
  Its update API   http://127.0.0.1:${appliance.apiPort}/api/update/status
  Its release host ${appliance.host.url}/index.json

  Try, in another terminal in this folder:

    ${PAWL_AS_TYPED} status           what is installed, what is newer
    ${PAWL_AS_TYPED} install          install 1.1.0 and watch it
    ${PAWL_AS_TYPED} install 1.2.0    a release that breaks: see it go back by itself

  Then: ${PAWL_AS_TYPED} history. Ctrl-C here ends everything and leaves nothing behind.

`;
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

async function portOr(wanted: number): Promise<number> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect(wanted, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
  return taken ? freePort() : wanted;
}

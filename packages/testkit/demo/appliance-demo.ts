import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Appliance } from "../appliance/appliance.ts";
import type { PawlCommand } from "../appliance/pawl-command.ts";
import { portOr } from "./free-ports.ts";
import { fromHere } from "./from-here.ts";

/** The ports people will see; others when these are taken. */
const PORTS = { service: 8081, api: 7320, host: 8090 };
const BALLAST = 12_000_000;

/** A kitchen dashboard with a release host beside it; `otherApps` are further lines of pawl.yaml. */
export async function createAppliance(
  dir: string,
  pawl: readonly [string, ...string[]],
  otherApps: string,
): Promise<Appliance> {
  return Appliance.create({
    dir,
    pawl,
    servicePort: await portOr(PORTS.service),
    apiPort: await portOr(PORTS.api),
    hostPort: await portOr(PORTS.host),
    bytesPerSecond: 3_000_000,
    steady: "6s",
    extra: otherApps,
  });
}

/** The first release in place, a newer one and a broken one on the host, and a command to try them with. */
export async function setUpAppliance(
  appliance: Appliance,
  dir: string,
  pawl: readonly [string, ...string[]],
): Promise<void> {
  await appliance.publish("1.0.0", { notes: "The first one." });
  await mustRun(appliance, "install", "1.0.0");
  await appliance.publish("1.1.0", { ballastBytes: BALLAST, notes: "Pictures of the kitchen." });
  const broken = { ballastBytes: BALLAST, diesAfterMs: 4_000, notes: "Breaks after four seconds." };
  await appliance.publish("1.2.0", { ...broken, channel: "beta" });
  const path = join(dir, "pawl");
  const command = [...pawl, "--config", appliance.configPath].map((part) => `'${part}'`).join(" ");
  await writeFile(path, `#!/bin/sh\nexec ${command} "$@"\n`);
  await chmod(path, 0o755);
}

export async function mustRun(appliance: Appliance, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await appliance.pawl.run(...args);
  if (code !== 0) throw new Error(`pawl ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** Ctrl-C in the middle of an update: it is let finish, so that no process of it stays. */
export async function untilNoUpdate(pawl: PawlCommand, app: string): Promise<void> {
  await pawl.run("cancel", "--app", app);
  for (let tries = 0; tries < 200; tries++) {
    const status = JSON.parse((await pawl.run("status", "--app", app, "--json")).stdout || "{}");
    if (status.state !== "installing") return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

export function applianceGuide(appliance: Appliance, dir: string, root: string): string {
  const pawl = fromHere(join(dir, "pawl"), root);
  return `
  A device
    Its updates          http://127.0.0.1:${appliance.apiPort}/            (its page: update it there to 1.1.0; then follow
                         the channel beta, whose 1.2.0 breaks, and see it go back by itself)
    The appliance        http://127.0.0.1:${appliance.servicePort}/            (runs 1.0.0)
    Its update API       http://127.0.0.1:${appliance.apiPort}/api/update/status
    Its release host     ${appliance.host.url}/index.json

    The same by command:
    ${pawl} status           what is installed, what is newer
    ${pawl} install          install 1.1.0 and watch it
    ${pawl} install 1.2.0    a release that breaks: see it go back by itself
`;
}

import type { Config } from "@pawl/protocol";
import { loadConfig } from "../config.ts";
import { UpdateError } from "../error.ts";
import { readCliToken } from "../tokens.ts";
import { DaemonClient, NoDaemon } from "./daemon-client.ts";
import type { Door } from "./door.ts";
import type { Io } from "./io.ts";
import { localDoor } from "./local-door.ts";
import { remoteDoor } from "./remote-door.ts";

/** Which app a command is about, and whether it only looks. */
export interface DoorOptions {
  app?: string | undefined;
  readOnly?: boolean;
}

/**
 * The way to one app: the daemon when one answers, else the engine in this process, after it has finished what a dead
 * process left. Commands that only look read the files themselves, so that they work and are quick in any case.
 */
export async function openDoor(io: Io, { app, readOnly = false }: DoorOptions): Promise<Door> {
  const configPath = io.configPath();
  const config = await loadConfig({ path: configPath, env: io.env });
  const name = appName(config, app);
  if (readOnly) return localDoor(config, configPath, name);
  const client = new DaemonClient(config.listen, io.env.PAWL_TOKEN ?? (await readCliToken(config.state_dir)));
  try {
    await client.call("GET", "/api/apps");
    return remoteDoor(client, name, config.apps[name]?.title ?? name);
  } catch (error) {
    if (!(error instanceof NoDaemon)) throw error;
  }
  const door = await localDoor(config, configPath, name);
  await door.resume();
  return door;
}

function appName(config: Config, asked: string | undefined): string {
  const names = Object.keys(config.apps);
  const name = asked ?? names[0] ?? "";
  if (config.apps[name]) return name;
  throw new UpdateError("unknown_app", `There is no app ${name} on this device; there is: ${names.join(", ")}.`);
}

import type { AppsAnswer, Config } from "@pawl/protocol";
import { loadConfig } from "../config.ts";
import { UpdateError } from "../error.ts";
import { instanceOf } from "../store/instance.ts";
import { apiUserOf, becomeApiUser } from "../system/api-user.ts";
import { readCliToken } from "../tokens.ts";
import { DaemonClient } from "./daemon-client.ts";
import type { Door, LocalDoor } from "./door.ts";
import type { Io } from "./io.ts";
import { localDoor } from "./local-door.ts";
import { NoDaemon } from "./no-daemon.ts";
import { olderBy } from "./older.ts";
import { remoteDoor } from "./remote-door.ts";

export interface DoorOptions {
  /** Default: the first of `pawl.yaml`. */
  app?: string | undefined;
  /** Whether what a dead process left is brought to its end first; a command that cancels it must not. */
  finishesFirst: boolean;
}

/** The way to one app: the daemon when one answers, else the engine in this process. */
export async function openDoor(io: Io, { app, finishesFirst }: DoorOptions): Promise<Door> {
  const config = await ownersConfig(io);
  const name = appName(config, app);
  try {
    const { client, instance } = await wake(config, io);
    // Another Pawl of this device, with other apps behind perhaps the same names.
    if (instance !== instanceOf(config.state_dir)) throw new NoDaemon(new Error("another Pawl answers there"));
    const app = config.apps[name];
    const about = { name, title: app?.title ?? name, isOlder: olderBy(app ?? { versioning: "semver" }) };
    return remoteDoor(client, about, io.signal);
  } catch (error) {
    if (!(error instanceof NoDaemon)) throw error;
    refuseStrangers(config);
  }
  const door = await localDoor(config, io.configPath(), name, io.signal);
  if (finishesFirst && (await door.resume())) {
    io.stderr("Finishing an update that was interrupted first…\n");
    await door.settled();
  }
  return door;
}

/** A daemon that our call has started lays down its token only then: whoever is refused looks once more. */
async function wake(config: Config, io: Io): Promise<{ client: DaemonClient; instance: string }> {
  const ask = async (token: string | null) => {
    const client = new DaemonClient(config.listen, token, io.signal);
    return { client, instance: (await client.call<AppsAnswer>("GET", "/api/apps")).instance };
  };
  const token = io.env.PAWL_TOKEN ?? (await readCliToken(config.state_dir));
  try {
    return await ask(token);
  } catch (error) {
    if (!(error instanceof UpdateError) || error.code !== "unauthorized" || io.env.PAWL_TOKEN) throw error;
    const later = await readCliToken(config.state_dir);
    if (later === token) throw error;
    return ask(later);
  }
}

/**
 * The engine in this process, whether a daemon runs or not: both take the same locks and read the same files. For
 * commands that only look, so that they work in any case, and for what the API has no words for.
 */
export async function openLocalDoor(io: Io, app: string | undefined): Promise<LocalDoor> {
  const config = await ownersConfig(io);
  return localDoor(config, io.configPath(), appName(config, app), io.signal);
}

/** Without the API only those may begin something whose files those are that it is noted in. */
function refuseStrangers({ listen, state_dir: stateDir }: Config): void {
  const user = apiUserOf(stateDir);
  if (user === null || user.uid === process.geteuid?.()) return;
  const way = listen.startsWith("unix:")
    ? "Put sudo in front, or become a member of the group pawl."
    : "Put sudo in front.";
  throw new UpdateError(
    "forbidden",
    `Pawl's API doesn't answer this user, and without it only root may do this. ${way}`,
  );
}

/** From here on root is the unprivileged side's user: what needs root is asked of root's side, as by everybody. */
async function ownersConfig(io: Io): Promise<Config> {
  const config = await loadConfig({ path: io.configPath(), env: io.env });
  becomeApiUser(config.state_dir);
  return config;
}

function appName(config: Config, asked: string | undefined): string {
  const names = Object.keys(config.apps);
  const name = asked ?? names[0] ?? "";
  if (config.apps[name]) return name;
  throw new UpdateError("unknown_app", `There is no app ${name} on this device; there is: ${names.join(", ")}.`);
}

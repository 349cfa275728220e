import type { ServiceConfig } from "@pawl/protocol";
import { createServices } from "../system/services.ts";
import type { Run } from "../system/types.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** Why something that doesn't work need not be a trouble, and what to do then. Null: it has to work. */
export type Excuse = keyof typeof EXCUSES | null;

const EXCUSES = {
  "nothing is installed yet": (app: string) => `pawl install --app ${app}`,
  "an update is under way": (app: string) => `Wait for its end: pawl status --app ${app}`,
  "only root can tell for sure": () => "sudo pawl doctor",
};

/** What is known of an app whose services and health are looked at. */
export interface Circumstances {
  /** Its name in `pawl.yaml`. */
  app: string;
  excuse: Excuse;
  /** The owner's programs are meant to be run by root, and this process isn't. */
  isUnsure: boolean;
}

/** Whether each service is known to the device and runs. Looks, and starts none. */
export async function lookAtServices(
  services: readonly ServiceConfig[],
  circumstances: Circumstances,
  run: Run,
  signal: AbortSignal,
): Promise<Finding[]> {
  return Promise.all(services.map((service) => lookAtService(service, circumstances, run, signal)));
}

async function lookAtService(
  config: ServiceConfig,
  circumstances: Circumstances,
  run: Run,
  signal: AbortSignal,
): Promise<Finding> {
  const [watch] = createServices([config], run).watches();
  if (!watch) return fine(`Whether ${startOf(config)} runs can't be asked: it has no status`);
  const reading = await watch.isUp(signal);
  if (reading.ok) return fine(`The service ${watch.name} runs`);
  const isRoots = "command" in config || "service" in config;
  return blamed(
    `The service ${watch.name} ${reading.reason}`,
    fixOf(config),
    excuseFor(isRoots, circumstances),
    circumstances.app,
  );
}

/** `isRoots`: it is a program that root runs. */
export function excuseFor(isRoots: boolean, { excuse, isUnsure }: Circumstances): Excuse {
  return excuse ?? (isRoots && isUnsure ? "only root can tell for sure" : null);
}

/** A trouble, or with an excuse a warning. */
export function blamed(title: string, fix: string, excuse: Excuse, app: string): Finding {
  return excuse === null ? trouble(title, fix) : warning(`${title}, but ${excuse}`, EXCUSES[excuse](app));
}

function fixOf(config: ServiceConfig): string {
  if ("unit" in config)
    return `sudo systemctl restart ${config.unit}; journalctl -u ${config.unit} -n 50 says why it ended`;
  if ("reload" in config)
    return `sudo systemctl start ${config.reload}; journalctl -u ${config.reload} -n 50 says why it ended`;
  if ("service" in config) return `sudo service ${config.service} start`;
  return `Start it: ${startOf(config)}`;
}

function startOf(config: ServiceConfig): string {
  return "command" in config ? config.command.start.join(" ") : "";
}

import type { ServiceConfig } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { commandService } from "./services/command.ts";
import { initService } from "./services/init.ts";
import { reloadService } from "./services/reload.ts";
import type { Control, Service, ServiceWatch } from "./services/types.ts";
import { unitService } from "./services/unit.ts";
import { lastWords } from "./services/words.ts";
import type { Run } from "./types.ts";

export type { ServiceReading, ServiceWatch } from "./services/types.ts";

type OnLine = (line: string) => void;

/** The services of one app. Every call goes through all of them before it throws what failed first (`restart_failed`). */
export interface Services {
  /** In the order of `pawl.yaml`. */
  start(signal: AbortSignal, onLine: OnLine): Promise<void>;
  /** In the reverse order. */
  stop(signal: AbortSignal, onLine: OnLine): Promise<void>;
  /** One after the other, in the order of `pawl.yaml`. */
  restart(signal: AbortSignal, onLine: OnLine): Promise<void>;
  /** Fresh eyes on each service that can say whether it runs. */
  watches(): ServiceWatch[];
}

/** `timeoutMs` is the time each single program has, in milliseconds. */
export function createServices(configs: readonly ServiceConfig[], run: Run, timeoutMs = 90_000): Services {
  const services = configs.map((config) => serviceOf(config, { run, timeoutMs }));

  async function each(verb: Verb, order: readonly Service[], signal: AbortSignal, onLine: OnLine): Promise<void> {
    const failures: UpdateError[] = [];
    for (const service of order) {
      const failure = await act(service, verb, timeoutMs, signal, onLine);
      if (failure) failures.push(failure);
    }
    if (failures[0]) throw failures[0];
  }

  return {
    start: (signal, onLine) => each("start", services, signal, onLine),
    stop: (signal, onLine) => each("stop", services.filter(({ isShared }) => !isShared).reverse(), signal, onLine),
    restart: (signal, onLine) => each("restart", services, signal, onLine),
    watches: () => services.flatMap((service) => service.watch() ?? []),
  };
}

type Verb = "start" | "stop" | "restart";

const DOING = { start: "Starting", stop: "Stopping", restart: "Restarting" };

function serviceOf(config: ServiceConfig, control: Control): Service {
  if ("unit" in config) return unitService(config, control);
  if ("reload" in config) return reloadService(config, control);
  if ("service" in config) return initService(config, control);
  return commandService(config, control);
}

/** Null when it worked, or when the service is optional and not on this device. */
async function act(
  service: Service,
  verb: Verb,
  timeoutMs: number,
  signal: AbortSignal,
  onLine: OnLine,
): Promise<UpdateError | null> {
  onLine(`${DOING[verb]} ${service.name}`);
  const result = await service[verb](signal, onLine);
  if (result.code === 0) return null;
  if (service.optional && (await service.isAbsent(result, signal))) {
    onLine(`${service.name} is not on this device, passed over`);
    return null;
  }
  const words = lastWords(result, timeoutMs);
  return new UpdateError("restart_failed", `The service ${service.name} did not ${verb}: ${words}`, {
    detail: (result.stderr || result.stdout).slice(-2000).trim() || null,
  });
}

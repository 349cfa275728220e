import type { RequestListener } from "node:http";
import { deviceStandIn } from "../stand-in/device/device.ts";
import { DEVICE_SCENARIOS, type DeviceScenario } from "../stand-in/device/scenarios.ts";
import { nodeListener } from "../stand-in/node.ts";
import { SERVER_SCENARIOS, type ServerScenario } from "../stand-in/server/scenarios.ts";
import { serverStandIn } from "../stand-in/server/server.ts";

export type Kind = "device" | "server";

export const SCENARIOS: Readonly<Record<Kind, Readonly<Record<string, { title: string }>>>> = {
  device: DEVICE_SCENARIOS,
  server: SERVER_SCENARIOS,
};
/** What one sees who has chosen nothing. */
export const FIRST = { device: "available", server: "normal" } as const satisfies Record<Kind, string>;

/** The stand-ins that are open: a scenario goes on over reloads until it is begun anew. */
export class Stages {
  readonly #open = new Map<string, RequestListener>();

  /** @param scenario one of that kind */
  begin(kind: Kind, scenario: string, speed: number): RequestListener {
    const fetch =
      kind === "device"
        ? deviceStandIn(scenario as DeviceScenario, { speed })
        : serverStandIn(scenario as ServerScenario, { speed });
    const listener = nodeListener(fetch);
    this.#open.set(`${kind} ${scenario}`, listener);
    return listener;
  }

  /** What answers in a scenario. */
  of(kind: Kind, scenario: string): RequestListener {
    return this.#open.get(`${kind} ${scenario}`) ?? this.begin(kind, scenario, 1);
  }
}

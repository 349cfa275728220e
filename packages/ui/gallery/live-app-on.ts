import { LiveApp } from "../data/live-app.ts";
import { deviceStandIn } from "../stand-in/device/device.ts";
import type { DeviceScenario } from "../stand-in/device/scenarios.ts";

/** The first app of a device that is a scenario: each call gives one of its own. */
export function liveAppOn(scenario: DeviceScenario): LiveApp {
  return new LiveApp({ url: location.origin, app: "", fetch: deviceStandIn(scenario) });
}

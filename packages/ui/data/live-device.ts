import type { ClientOptions } from "./client.ts";
import { answerOf, type DeviceClient, deviceClient } from "./device.ts";
import { LiveApp } from "./live-app.ts";

/** An app as a device's page lists it. */
export interface DeviceApp {
  name: string;
  /** Its name for people. */
  title: string;
  live: LiveApp;
}

/** A device's apps; each has one live state, whatever part of the page asks for it. */
export class LiveDevice {
  readonly client: DeviceClient;
  readonly #options: ClientOptions;
  readonly #live = new Map<string, LiveApp>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.client = deviceClient(options);
  }

  /** @throws ApiFailure */
  async apps(signal: AbortSignal): Promise<DeviceApp[]> {
    const { apps } = await answerOf(this.client.GET("/api/apps", { signal }));
    return apps.map(({ name, title }) => ({ name, title, live: this.#liveApp(name) }));
  }

  #liveApp(name: string): LiveApp {
    const known = this.#live.get(name);
    if (known) return known;
    const live = new LiveApp({ ...this.#options, app: name });
    this.#live.set(name, live);
    let { awaySince } = live.view;
    live.addEventListener("change", () => {
      if (live.view.awaySince !== null && awaySince === null) this.#lookAtOthers(live);
      awaySince = live.view.awaySince;
    });
    return live;
  }

  /** When one doesn't answer, no one does; they hear of it now. */
  #lookAtOthers(away: LiveApp): void {
    for (const live of this.#live.values()) if (live !== away && live.view.awaySince === null) live.refresh();
  }
}

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ClientOptions } from "../data/client.ts";
import { answerOf } from "../data/device.ts";
import { LiveDevice } from "../data/live-device.ts";

/** Scripts can't read the session's cookie; this says that there was one. */
const KEY = "pawl-signed-in";

/** Who looks at the device: with each sign-in and sign-out it is asked anew. */
export class Session implements ReactiveController {
  /** The device as it is for who is signed in now. */
  device: LiveDevice;
  /** Somebody pressed what needs a token; or not even looking is allowed. */
  asks: "nothing" | "for-changes" | "for-all" = "nothing";
  isThere = recall();
  readonly #options: ClientOptions;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    this.device = new LiveDevice(options);
    host.addController(this);
  }

  hostConnected(): void {}

  /** The device has refused something, or everything. */
  ask(what: "for-changes" | "for-all"): void {
    if (this.asks === "for-all" || this.asks === what) return;
    this.asks = what;
    if (what === "for-all") this.#keep(false);
    this.#host.requestUpdate();
  }

  /** The device didn't even say which apps it has; the page shows that already. */
  noteRefusal(): void {
    this.asks = "for-all";
    if (this.isThere) this.#keep(false);
  }

  /** The reader goes on looking, without. */
  forgo(): void {
    this.asks = "nothing";
    this.#host.requestUpdate();
  }

  /** There is one now. */
  begun(): void {
    this.#keep(true);
    this.#anew();
  }

  /** @throws ApiFailure */
  async end(): Promise<void> {
    await answerOf(this.device.client.DELETE("/api/session"));
    this.#keep(false);
    this.#anew();
  }

  #anew(): void {
    this.asks = "nothing";
    this.device = new LiveDevice(this.#options);
    this.#host.requestUpdate();
  }

  #keep(isThere: boolean): void {
    this.isThere = isThere;
    try {
      if (isThere) localStorage.setItem(KEY, "yes");
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing: the button is gone after a reload, and the session isn't.
    }
  }
}

function recall(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

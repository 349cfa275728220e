import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ClientOptions } from "../data/client.ts";
import { answerOf, type DeviceSchemas } from "../data/device.ts";
import { LiveDevice } from "../data/live-device.ts";
import { LastingLoad } from "../elements/lasting-load.ts";

/** Who looks at the device: with each sign-in and sign-out it is asked anew. */
export class Session implements ReactiveController {
  /** The device as it is for who is signed in now. */
  device: LiveDevice;
  /** Somebody pressed what needs a token; or not even looking is allowed. */
  asks: "nothing" | "for-changes" | "for-all" = "nothing";
  readonly #options: ClientOptions;
  readonly #host: ReactiveControllerHost;
  readonly #standing: LastingLoad<readonly [LiveDevice], DeviceSchemas["SessionAnswer"]>;

  constructor(host: ReactiveControllerHost, options: ClientOptions) {
    this.#host = host;
    this.#options = options;
    this.device = new LiveDevice(options);
    this.#standing = new LastingLoad(
      host,
      ([device], signal) => answerOf(device.client.GET("/api/session", { signal })),
      () => [this.device],
    );
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#seen);
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** What can be done about it; null: nothing, or it isn't known yet. */
  get offers(): "sign-in" | "sign-out" | null {
    const { value, isLoading } = this.#standing;
    if (value === undefined || isLoading) return null;
    if (value.signed_in) return "sign-out";
    return value.needed_for === "nothing" ? null : "sign-in";
  }

  /** The reader wants to sign in, or the device has refused something, or everything. */
  ask(what: "for-changes" | "for-all"): void {
    if (this.asks === "for-all" || this.asks === what) return;
    this.asks = what;
    // A session may have ended.
    this.#standing.again();
  }

  /** The reader goes on looking, without. */
  forgo(): void {
    this.asks = "nothing";
    this.#host.requestUpdate();
  }

  /** There is one now. */
  begun(): void {
    this.#anew();
  }

  /** @throws ApiFailure */
  async end(): Promise<void> {
    await answerOf(this.device.client.DELETE("/api/session"));
    this.#anew();
  }

  /** In another tab somebody may have signed in meanwhile, or out. */
  readonly #seen = () => {
    if (document.visibilityState === "visible") void this.#lookAgain().catch(() => undefined);
  };

  async #lookAgain(): Promise<void> {
    const { signed_in: isSignedIn } = await answerOf(this.device.client.GET("/api/session"));
    if (isSignedIn === this.#standing.value?.signed_in) return;
    if (isSignedIn && this.asks !== "nothing") this.#anew();
    else this.#standing.again();
  }

  #anew(): void {
    this.asks = "nothing";
    this.device = new LiveDevice(this.#options);
    this.#host.requestUpdate();
  }
}

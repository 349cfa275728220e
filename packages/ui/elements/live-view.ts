import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type AppView, type LiveApp, NOTHING_HEARD } from "../data/live-app.ts";
import { tickWhile } from "./ticking.ts";

/** Keeps an element at an app: it is drawn again at each change, and each second while seconds count. */
export class LiveView implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #app: () => LiveApp | null;
  #heard: LiveApp | null = null;
  #leave: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, app: () => LiveApp | null) {
    this.#host = host;
    this.#app = app;
    host.addController(this);
    tickWhile(host, () => this.view.awaySince !== null);
  }

  get view(): AppView {
    return this.#heard?.view ?? NOTHING_HEARD;
  }

  hostConnected(): void {
    this.#listen(this.#app());
  }

  hostUpdate(): void {
    if (this.#app() !== this.#heard) this.#listen(this.#app());
  }

  hostDisconnected(): void {
    this.#listen(null);
  }

  #listen(app: LiveApp | null): void {
    this.#leave?.();
    this.#heard = app;
    this.#leave = app?.listen(() => this.#host.requestUpdate()) ?? null;
  }
}

import type { ReactiveControllerHost } from "lit";
import { answerOf } from "../../data/device.ts";
import type { AppStatus, LiveApp } from "../../data/live-app.ts";
import { LastingLoad } from "../lasting-load.ts";
import type { News } from "./pawl-whats-new.ts";

/** So many entries are asked for at first, and at most (docs/api.md, `changelog`). */
const ASKED = { first: 40, most: 100 };

/**
 * What is new in the release on offer, asked for once: it stays as it was when that release is installed, so that one can
 * still read what came with it.
 */
export class NewsLoad {
  #most = ASKED.first;
  readonly #host: ReactiveControllerHost;
  readonly #load;

  /** @param of null: nobody wants to know */
  constructor(host: ReactiveControllerHost, of: () => { app: LiveApp; status: AppStatus } | null) {
    this.#host = host;
    const args = () => {
      const asked = of();
      if (asked === null) return null;
      const { release, channel } = asked.status;
      return [asked.app, channel, release?.version, release?.commit, this.#most] as const;
    };
    this.#load = new LastingLoad(
      host,
      ([app, , , , max], signal) =>
        answerOf(app.client.GET("/update/changelog", { params: { query: { max } }, signal })),
      args,
    );
  }

  get news(): News {
    const { value, delay, error } = this.#load;
    const changes = value?.commits ?? null;
    return {
      changes,
      isOld: value?.warning !== undefined,
      isMissing: changes === null && (delay !== null || error !== undefined),
      mayBeMore: changes !== null && changes.length >= this.#most,
    };
  }

  more(): void {
    this.#most = ASKED.most;
    this.#host.requestUpdate();
  }

  again(): void {
    if (this.#load.delay) this.#load.tryNow();
    else this.#load.again();
  }
}

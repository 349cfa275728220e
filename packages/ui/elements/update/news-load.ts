import type { ReactiveControllerHost } from "lit";
import { answerOf } from "../../data/device.ts";
import type { AppStatus, LiveApp } from "../../data/live-app.ts";
import { LastingLoad } from "../lasting-load.ts";
import type { News } from "./pawl-whats-new.ts";

/** So many entries are asked for at first, and at most (docs/api.md, `changelog`). */
const ASKED = { first: 40, most: 100 };

/** Of which app, as its status has it; `update`: the one that has ended, which brought it. */
interface NewsOf {
  app: LiveApp;
  status: AppStatus;
  update: string | null;
}

/** What is new in the release on offer, or came with the update that has ended: that can be read after a reload, too. */
export class NewsLoad {
  #most = ASKED.first;
  readonly #host: ReactiveControllerHost;
  readonly #load;

  /** @param of null: nobody wants to know */
  constructor(host: ReactiveControllerHost, of: () => NewsOf | null) {
    this.#host = host;
    const args = () => {
      const asked = of();
      if (asked === null) return null;
      const { app, status, update } = asked;
      const offered =
        update === null ? [status.channel, status.release?.version, status.release?.commit].join("\n") : "";
      return [app, update, this.#most, offered] as const;
    };
    this.#load = new LastingLoad(
      host,
      ([app, update, max], signal) => {
        const query = update === null ? { max } : { max, update };
        return answerOf(app.client.GET("/update/changelog", { params: { query }, signal }));
      },
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

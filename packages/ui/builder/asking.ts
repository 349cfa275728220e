import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import { untilAnswered } from "../data/until-answered.ts";
import { words } from "../words/builder.ts";
import type { Asking } from "./pawl-build-bar.ts";
import type { ServerAt } from "./server-at.ts";

type Asked = ServerSchemas["AskedBuild"];

/**
 * Asks for a build until it is taken or refused: a full queue has room again, and a server that is away comes back. What is
 * chosen meanwhile was not asked for: then it stops.
 */
export class BuildAsking implements ReactiveController {
  now: Asking = { state: "idle" };
  readonly #host: ReactiveControllerHost;
  readonly #about: () => string;
  readonly #poke = new EventTarget();
  #life = new AbortController();
  /** What it was about when it was asked. */
  #asked = "";

  /** @param about the request, or what is shown, told from all others */
  constructor(host: ReactiveControllerHost, about: () => string) {
    this.#host = host;
    this.#about = about;
    host.addController(this);
  }

  hostUpdate(): void {
    if (this.now.state !== "idle" && this.#about() !== this.#asked) this.stop();
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** Null: it was refused, or stopped. */
  async ask({ client }: ServerAt, body: ServerSchemas["BuildRequest"]): Promise<Asked | null> {
    this.stop();
    const { signal } = this.#life;
    this.#asked = this.#about();
    this.#set({ state: "asking", delay: null });
    try {
      const asked = await untilAnswered((each) => answerOf(client.POST("/api/v2/builds", { body, signal: each })), {
        signal,
        poke: this.#poke,
        onDelay: (delay) => !signal.aborted && this.#set({ state: "asking", delay }),
      });
      this.#set({ state: "idle" });
      return asked;
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof ApiFailure)) throw error;
      this.#set({ state: "refused", sentence: `${words.failed.refused} ${error.message}` });
      return null;
    }
  }

  tryNow(): void {
    this.#poke.dispatchEvent(new Event("poke"));
  }

  stop(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#set({ state: "idle" });
  }

  #set(now: Asking): void {
    this.now = now;
    this.#host.requestUpdate();
  }
}

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ApiFailure } from "../../data/failure.ts";
import type { LiveApp } from "../../data/live-app.ts";
import { type Action, carryOut } from "../../data/update-actions.ts";

/** What was asked and isn't answered yet, and what came to nothing. */
export interface Asked {
  pending: Action | null;
  trouble: { action: Action; failure: ApiFailure } | null;
}

/**
 * Asks one thing at a time of an app, and keeps why it didn't work until the next. What is pressed meanwhile is asked
 * afterwards, unless that failed: of two of a kind the last.
 */
export class Acting implements ReactiveController {
  asked: Asked = { pending: null, trouble: null };
  readonly #host: ReactiveControllerHost;
  #line: { app: LiveApp; action: Action }[] = [];

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  async ask(app: LiveApp, action: Action): Promise<void> {
    this.#line = [...this.#line.filter((other) => other.action.type !== action.type), { app, action }];
    if (this.asked.pending) return;
    for (let next = this.#line.shift(); next; next = this.#line.shift()) await this.#askNow(next.app, next.action);
  }

  /** The reader has seen why it didn't work, or is with another app. */
  forget(): void {
    if (this.asked.trouble) this.#set({ ...this.asked, trouble: null });
  }

  async #askNow(app: LiveApp, action: Action): Promise<void> {
    this.#set({ pending: action, trouble: null });
    try {
      await carryOut(app, action);
      // What is next in line is asked at once.
      this.#set({ pending: this.#line[0]?.action ?? null, trouble: null });
    } catch (error) {
      this.#line = [];
      const failure = error instanceof ApiFailure ? error : null;
      this.#set({ pending: null, trouble: failure && { action, failure } });
      if (failure === null) throw error;
    }
  }

  #set(asked: Asked): void {
    this.asked = asked;
    this.#host.requestUpdate();
  }
}

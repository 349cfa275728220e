import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ApiFailure } from "../../data/failure.ts";
import type { LiveApp } from "../../data/live-app.ts";
import { type Action, carryOut } from "../../data/update-actions.ts";

/** What was asked and isn't answered yet, and what came to nothing. */
export interface Asked {
  pending: Action | null;
  trouble: { action: Action; failure: ApiFailure } | null;
}

/** Asks one thing at a time of an app, and keeps why it didn't work until the next. */
export class Acting implements ReactiveController {
  asked: Asked = { pending: null, trouble: null };
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  async ask(app: LiveApp, action: Action): Promise<void> {
    if (this.asked.pending) return;
    this.#set({ pending: action, trouble: null });
    try {
      await carryOut(app, action);
      this.#set({ pending: null, trouble: null });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      this.#set({ pending: null, trouble: { action, failure: error } });
    }
  }

  forget(): void {
    if (this.asked.trouble) this.#set({ ...this.asked, trouble: null });
  }

  #set(asked: Asked): void {
    this.asked = asked;
    this.#host.requestUpdate();
  }
}

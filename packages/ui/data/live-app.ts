import { type AppClient, type AppOptions, answerOf, appClient, type DeviceSchemas } from "./device.ts";
import { wait } from "./event-stream.ts";
import { ApiFailure } from "./failure.ts";
import { type UpdateStreamEvent, watchUpdate } from "./watch-update.ts";

export type AppStatus = DeviceSchemas["StatusAnswer"];
export type LogLine = Pick<Extract<UpdateStreamEvent, { type: "line" }>, "level" | "line">;

/** What is known of an app at this moment. A new value at each change, so that elements may compare. */
export interface AppView {
  /** Null: nothing was heard yet. Stays what it was while the device is away. */
  status: AppStatus | null;
  /** Since when the device doesn't answer, in milliseconds since 1970; null: it does. */
  awaySince: number | null;
  /** Why it can't be asked at all, until somebody does something: `unauthorized`, `unknown_app`. */
  trouble: ApiFailure | null;
  /** Of the update that runs, or ran while this page was open. */
  lines: readonly LogLine[];
}

/** How often an app is looked at where nothing happens; while its source is being asked; while it doesn't answer. In milliseconds. */
const LOOK_AGAIN_MS = { idle: 60_000, checking: 1_000, away: 3_000 };
/** More lines than anybody reads. The whole log is one call away. */
const MOST_LINES = 5_000;

/**
 * One app of a device, kept up to date for as long as somebody listens: polled while nothing happens, streamed while an
 * update runs, over whatever restarts in between. Chip, dialog and pages of the same app share one.
 */
export class LiveApp extends EventTarget {
  readonly client: AppClient;
  readonly options: AppOptions;
  #view: AppView = { status: null, awaySince: null, trouble: null, lines: [] };
  #listeners = 0;
  #life: AbortController | null = null;
  #poke = new AbortController();

  constructor(options: AppOptions) {
    super();
    this.options = options;
    this.client = appClient(options);
  }

  get view(): AppView {
    return this.#view;
  }

  /** Calls back at each change until the function it returns is called. */
  listen(changed: () => void): () => void {
    this.addEventListener("change", changed);
    this.#listeners += 1;
    if (this.#listeners === 1) this.#begin();
    return () => {
      this.removeEventListener("change", changed);
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#life?.abort();
    };
  }

  /** Looks now, rather than when it is time to. */
  refresh(): void {
    this.#poke.abort();
  }

  /**
   * Asks something of the app, then looks what has become of it: `ask((client) => client.POST("/update/check", …))`.
   * @throws ApiFailure
   */
  async ask<T>(call: (client: AppClient) => Promise<{ data?: T }>): Promise<T> {
    try {
      return await answerOf(call(this.client));
    } finally {
      this.refresh();
    }
  }

  #begin(): void {
    const life = new AbortController();
    this.#life = life;
    const seen = () => document.visibilityState === "visible" && this.refresh();
    globalThis.document?.addEventListener("visibilitychange", seen, { signal: life.signal });
    void this.#run(life.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#poke = new AbortController();
      await this.#look(signal);
      if (this.#isRunning()) await this.#follow(signal);
      if (!signal.aborted) await wait(this.#pause(), AbortSignal.any([signal, this.#poke.signal]));
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      const status = await answerOf(this.client.GET("/update/status", { signal }));
      if (!signal.aborted) this.#set({ status, awaySince: null, trouble: null });
    } catch (error) {
      if (signal.aborted) return;
      const isRefused = error instanceof ApiFailure && error.status !== null && error.status < 500;
      if (isRefused && error.code !== "not_the_server" && error.status !== 429) this.#set({ trouble: error });
      else this.#set({ awaySince: this.#view.awaySince ?? Date.now() });
    }
  }

  /** Until the update that runs has ended. */
  async #follow(signal: AbortSignal): Promise<void> {
    const lines: LogLine[] = [];
    this.#set({ lines: [] });
    try {
      for await (const heard of watchUpdate(this.options, signal)) {
        if (heard.kind === "event") this.#hear(heard.event, lines);
        else if (heard.isThere) await this.#look(signal);
        else this.#set({ awaySince: Date.now() });
        if (!this.#isRunning()) break;
      }
    } catch {
      // The next look says what is wrong.
    }
    await this.#look(signal);
  }

  #hear(event: UpdateStreamEvent, lines: LogLine[]): void {
    const { status } = this.#view;
    if (status === null) return;
    switch (event.type) {
      case "line":
        lines.push({ level: event.level, line: event.line });
        if (lines.length > MOST_LINES) lines.shift();
        this.#set({ lines: [...lines] });
        break;
      case "status":
        this.#set({ status: { ...status, phase: event.phase } });
        break;
      case "progress":
        this.#set({ status: { ...status, phase: event.phase, progress: event } });
        break;
    }
  }

  #isRunning(): boolean {
    return this.#view.status?.state === "installing";
  }

  #pause(): number {
    const { status, awaySince } = this.#view;
    if (awaySince !== null) return LOOK_AGAIN_MS.away;
    // Installing, and nothing to follow: the end is being written down.
    return status?.state === "checking" || this.#isRunning() ? LOOK_AGAIN_MS.checking : LOOK_AGAIN_MS.idle;
  }

  #set(change: Partial<AppView>): void {
    this.#view = { ...this.#view, ...change };
    this.dispatchEvent(new Event("change"));
  }
}

import { type AppClient, type AppOptions, answerOf, appClient, type DeviceSchemas } from "./device.ts";
import { mayComeBack, wait } from "./event-stream.ts";
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

export const NOTHING_HEARD: AppView = { status: null, awaySince: null, trouble: null, lines: [] };

/**
 * How often an app is looked at: where nothing happens, or it is streamed; while its source is being asked, an end is written
 * down, or an update can't be streamed; while it doesn't answer; while nobody sees the page. In milliseconds.
 */
const LOOK_AGAIN_MS = { idle: 60_000, soon: 1_000, away: 3_000, unseen: 3_600_000 };
/** Lines come by the hundred to whoever comes late: so long they are gathered before anybody is told, in milliseconds. */
const GATHER_MS = 50;
/** More lines than anybody reads. The whole log is one call away. */
const MOST_LINES = 5_000;

/**
 * One app of a device, kept up to date for as long as somebody listens: looked at now and then, and streamed while an update
 * runs, over whatever restarts in between. Chip, dialog and pages of the same app share one.
 */
export class LiveApp extends EventTarget {
  readonly client: AppClient;
  readonly options: AppOptions;
  #view: AppView = NOTHING_HEARD;
  #listeners = 0;
  #life = new AbortController();
  #poke = new AbortController();
  /** For whose sake the update is streamed; null: it isn't. */
  #follows: AbortSignal | null = null;
  /** What happens is heard at once. Else it is looked for. */
  #isHearing = false;
  /** The phase that the stream told last. A stream begins with what has been: until it is where status is, status is right. */
  #heard: AppStatus["phase"] = null;
  #isCaughtUp = false;
  /** Phases taken from the stream so far. */
  #taken = 0;

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
      if (this.#listeners === 0) this.#life.abort();
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
    const { signal } = life;
    // How long it was away before, nobody has seen.
    this.#view = { ...this.#view, awaySince: null };
    const seen = () => document.visibilityState === "visible" && this.refresh();
    globalThis.document?.addEventListener("visibilitychange", seen, { signal });
    globalThis.addEventListener?.("online", () => this.refresh(), { signal });
    void this.#run(signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#poke = new AbortController();
      const poked = AbortSignal.any([signal, this.#poke.signal]);
      await this.#look(signal);
      if (this.#isRunning() && this.#follows !== signal && !signal.aborted) void this.#follow(signal);
      await wait(this.#pause(), poked);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const taken = this.#taken;
    try {
      const status = await answerOf(this.client.GET("/update/status", { signal }));
      if (signal.aborted) return;
      // The stream was quicker: what was read may be older than what was heard.
      if (taken !== this.#taken) this.refresh();
      else this.#set({ status, awaySince: null, trouble: null });
      if (status.phase === this.#heard) this.#isCaughtUp = true;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiFailure && !mayComeBack(error)) this.#set({ trouble: error, awaySince: null });
      else this.#setAway();
    }
  }

  /** The update that runs, until it has ended. */
  async #follow(signal: AbortSignal): Promise<void> {
    this.#follows = signal;
    this.#heard = null;
    this.#isCaughtUp = false;
    const lines: LogLine[] = [];
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      gathering = undefined;
      this.#set({ lines: [...lines] });
    };
    tell();
    try {
      for await (const heard of watchUpdate(this.options, signal)) {
        if (signal.aborted) break;
        this.#isHearing = heard.kind === "event" || heard.isThere;
        if (heard.kind === "connection") {
          if (!heard.isThere) this.#setAway();
          this.refresh();
        } else if (heard.event.type === "line") {
          lines.push({ level: heard.event.level, line: heard.event.line });
          if (lines.length > MOST_LINES) lines.shift();
          gathering ??= setTimeout(tell, GATHER_MS);
        } else this.#hear(heard.event);
      }
    } catch {
      // The next look says what is wrong.
    }
    clearTimeout(gathering);
    if (signal.aborted) return;
    tell();
    this.#isHearing = false;
    this.refresh();
    // A stream that ends at once isn't asked for over and over.
    await wait(LOOK_AGAIN_MS.soon, signal);
    if (this.#follows !== signal) return;
    this.#follows = null;
    this.#heard = null;
    this.refresh();
  }

  #hear(event: UpdateStreamEvent): void {
    if (event.type !== "status" && event.type !== "progress") return;
    this.#hearPhase(event.phase);
    const { status } = this.#view;
    if (event.type === "progress" && status?.phase === event.phase) {
      this.#set({ status: { ...status, progress: event } });
    }
  }

  #hearPhase(phase: AppStatus["phase"]): void {
    this.#heard = phase;
    if (phase === this.#view.status?.phase) this.#isCaughtUp = true;
    // Without one it has ended, and only status says how.
    else if (phase !== null && this.#isCaughtUp && this.#isRunning()) this.#takePhase(phase);
    else this.refresh();
  }

  #takePhase(phase: AppStatus["phase"]): void {
    const { status } = this.#view;
    if (status === null) return;
    this.#taken += 1;
    this.#set({ status: { ...status, phase, progress: status.progress && wholeOnly(status.progress) } });
  }

  #setAway(): void {
    this.#set({ awaySince: this.#view.awaySince ?? Date.now() });
    // The last that was heard before it went away is what it is away for.
    if (this.#isRunning() && this.#heard !== null && this.#heard !== this.#view.status?.phase)
      this.#takePhase(this.#heard);
  }

  /** As far as one may ask. */
  #isRunning(): boolean {
    const { status, trouble } = this.#view;
    return trouble === null && status?.state === "installing";
  }

  #pause(): number {
    const { status, awaySince } = this.#view;
    if (globalThis.document?.visibilityState === "hidden") return LOOK_AGAIN_MS.unseen;
    if (awaySince !== null) return LOOK_AGAIN_MS.away;
    const isUnheard = this.#isRunning() && !this.#isHearing;
    return status?.state === "checking" || isUnheard ? LOOK_AGAIN_MS.soon : LOOK_AGAIN_MS.idle;
  }

  #set(change: Partial<AppView>): void {
    this.#view = { ...this.#view, ...change };
    this.dispatchEvent(new Event("change"));
  }
}

/** Bytes are those of a step. */
function wholeOnly({ percent }: DeviceSchemas["Progress"]): DeviceSchemas["Progress"] {
  return { percent, done_bytes: null, total_bytes: null, bytes_per_second: null, seconds_left: null };
}

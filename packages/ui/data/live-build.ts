import { isEnded } from "./build-steps.ts";
import { wait } from "./event-stream.ts";
import { ApiFailure } from "./failure.ts";
import { answerOf, type ClientOptions, type ServerClient, type ServerSchemas, serverClient } from "./server.ts";
import { watchBuild } from "./watch-build.ts";

export type Build = ServerSchemas["Build"];
export type BuildLine = ServerSchemas["BuildLogLine"];

/** What is known of a build at this moment. A new value at each change, so that elements may compare. */
export interface BuildView {
  /** Null: nothing was heard yet. */
  build: Build | null;
  lines: readonly BuildLine[];
  /** Since when the server doesn't answer, in milliseconds since 1970; null: it does. */
  awaySince: number | null;
  /** Why it can't be watched at all: `not_found`. */
  trouble: ApiFailure | null;
}

/** Lines come by the hundred: so long they are gathered before anybody is told, in milliseconds. */
const GATHER_MS = 100;
/** After ten minutes without the server, which is what watching takes upon itself, it is looked for so often, in milliseconds. */
const WATCH_AGAIN_MS = 30_000;
/** While it can't be streamed it is looked at so often, in milliseconds. */
const LOOK_AGAIN_MS = 4_000;

/** One build, followed until it has ended for as long as somebody listens, over whatever breaks off in between. */
export class LiveBuild extends EventTarget {
  readonly id: string;
  readonly client: ServerClient;
  readonly #options: ClientOptions;
  #view: BuildView = { build: null, lines: [], awaySince: null, trouble: null };
  #listeners = 0;
  #life: AbortController | null = null;
  /** What happens is heard at once. */
  #isHearing = false;

  constructor(options: ClientOptions, id: string) {
    super();
    this.id = id;
    this.#options = options;
    this.client = serverClient(options);
  }

  get view(): BuildView {
    return this.#view;
  }

  /** Calls back at each change until the function it returns is called. */
  listen(changed: () => void): () => void {
    this.addEventListener("change", changed);
    this.#listeners += 1;
    if (this.#listeners === 1) {
      this.#life = new AbortController();
      void this.#run(this.#life.signal);
      void this.#look(this.#life.signal);
    }
    return () => {
      this.removeEventListener("change", changed);
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#life?.abort();
    };
  }

  /** There is nothing more to come. */
  get #isOver(): boolean {
    const { build, trouble } = this.#view;
    return trouble !== null || (build !== null && isEnded(build));
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#watch(signal);
      if (this.#isOver) return;
      await wait(WATCH_AGAIN_MS, signal);
    }
  }

  /** What keeps a stream off, such as a proxy, may let other calls through: then the server isn't away. */
  async #look(signal: AbortSignal): Promise<void> {
    const call = { params: { path: { id: this.id } }, signal };
    while (!this.#isOver) {
      await wait(LOOK_AGAIN_MS, signal);
      if (signal.aborted) return;
      if (this.#isHearing) continue;
      try {
        const build = await answerOf(this.client.GET("/api/v2/builds/{id}", call));
        // Meanwhile it may be streamed again, and then what was heard is newer.
        if (!this.#isHearing && !signal.aborted) this.#set({ build, awaySince: null });
      } catch {
        // It stays away for as long as watching says.
      }
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const lines: BuildLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      this.#set({ lines: [...lines] });
    };
    try {
      for await (const event of watchBuild(this.#options, this.id, signal)) {
        this.#isHearing = event.kind !== "connection" || event.isThere;
        if (event.kind === "line") {
          lines.push(event.line);
          timer ??= setTimeout(tell, GATHER_MS);
        } else if (event.kind === "build") this.#set({ build: event.build, awaySince: null });
        else this.#set({ awaySince: event.isThere ? null : Date.now() });
      }
    } catch (error) {
      if (signal.aborted) return;
      const isRefused = error instanceof ApiFailure && error.status !== null && error.status < 500;
      if (isRefused && error.code !== "not_the_server" && error.status !== 429) this.#set({ trouble: error });
      else this.#set({ awaySince: this.#view.awaySince ?? Date.now() });
    } finally {
      this.#isHearing = false;
      clearTimeout(timer);
      if (!signal.aborted && lines.length > 0) tell();
    }
  }

  #set(change: Partial<BuildView>): void {
    this.#view = { ...this.#view, ...change };
    this.dispatchEvent(new Event("change"));
  }
}

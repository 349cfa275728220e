import type { Config, UpdateEvent } from "@pawl/protocol";
import type { App } from "../app.ts";
import { createApp } from "../compose.ts";
import { createHelper } from "../helper/index.ts";
import type { LocalDoor } from "./door.ts";
import { olderBy } from "./older.ts";
import { untilChecked } from "./until-checked.ts";

/** By then whoever follows an update has seen all that is on disk, in milliseconds: it looks twice a second. */
const LAST_LOOK_MS = 1_000;

/** As many entries of a changelog as the API gives (contract device-api.md §1, `changelog`). */
const CHANGES = { most: 100, otherwise: 40 };

/**
 * The engine in this process. `configPath` is passed on to root's side, which reads it itself.
 *
 * @param signal Ctrl-C: ends what is only being fetched, and lets root's side go on alone
 */
export async function localDoor(
  config: Config,
  configPath: string,
  name: string,
  signal: AbortSignal,
): Promise<LocalDoor> {
  const end = new AbortController();
  let fault: unknown = null;
  const app = await createApp({
    config,
    name,
    ...createHelper(configPath),
    onFault: (error) => {
      fault = error;
    },
    shutdown: end.signal,
  });
  const settled = async () => {
    const stop = () => end.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      await app.settled();
    } finally {
      signal.removeEventListener("abort", stop);
    }
    signal.throwIfAborted();
    if (fault) throw fault;
  };
  return {
    title: app.title,
    endsWithUs: true,
    status: () => app.status(),
    check: async (ask) => {
      const { cached } = await app.check(ask);
      await settled();
      return { status: await untilChecked(() => app.status(), signal), cached };
    },
    install: (ask) => app.install(ask),
    rollback: (ask) => app.rollback(ask),
    cancel: () => app.cancel(),
    settings: () => app.choices.settings(),
    changeSettings: (changes) => app.choices.changeSettings(changes),
    skip: (ask) => app.choices.skip(ask),
    seen: () => app.choices.seen(),
    channels: () => app.news.channels(),
    setChannel: (ask) => app.choices.setChannel(ask),
    changelog: ({ channel, max = CHANGES.otherwise }) =>
      app.news.changelog({ channel, max: Math.min(max, CHANGES.most) }),
    follow: async function* (updateId, leave) {
      let isDone = false;
      for await (const event of eventsOf(app, updateId, leave)) {
        isDone = event.type === "done";
        yield event;
      }
      if (leave.aborted) return;
      // The last words are on disk before the lock is free; a command that follows must find it free.
      await app.settled();
      if (fault && !isDone) throw fault;
    },
    log: (ask) => app.log(ask),
    history: (limit) => app.history(limit),
    isOlder: olderBy(config.apps[name] ?? { versioning: "semver" }),
    resume: () => app.resume(),
    settled,
    close: async () => {
      // What runs is brought to its end first: this process is the engine. Whoever left waits for nothing.
      if (!signal.aborted) await app.settled();
      end.abort(new Error("done"));
      await app.settled();
    },
  };
}

/** Ends with the update, or when nobody works on it any more: it waits for its window, or the engine broke. */
async function* eventsOf(app: App, updateId: string, leave: AbortSignal): AsyncGenerator<UpdateEvent> {
  const over = new AbortController();
  void app.settled().then(() => setTimeout(() => over.abort(), LAST_LOOK_MS).unref());
  for await (const { id, event } of app.feed.watch(null, AbortSignal.any([leave, over.signal]))) {
    if (id.startsWith(`${updateId}:`)) yield event;
  }
}

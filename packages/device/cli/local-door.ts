import type { Config, UpdateEvent } from "@pawl/protocol";
import type { App } from "../app.ts";
import { createApp } from "../compose.ts";
import type { Door } from "./door.ts";
import { startApplier } from "./start-applier.ts";

/** The engine in this process. `configPath` is passed on to root's side, which reads it itself. */
export async function localDoor(config: Config, configPath: string, name: string): Promise<Door> {
  const end = new AbortController();
  let fault: unknown = null;
  const app = await createApp({
    config,
    name,
    startApplier: startApplier(configPath),
    onFault: (error) => {
      fault = error;
    },
    shutdown: end.signal,
  });
  const done = async () => {
    await app.settled();
    if (fault) throw fault;
  };
  return {
    title: app.title,
    endsWithUs: true,
    status: () => app.status(),
    check: async (ask) => {
      await app.check(ask);
      await done();
      return app.status();
    },
    install: (ask) => app.install(ask),
    rollback: (ask) => app.rollback(ask),
    cancel: () => app.cancel(),
    follow: (updateId, signal) => followApp(app, updateId, signal),
    log: (ask) => app.log(ask),
    history: (limit) => app.history(limit),
    resume: async () => {
      await app.resume();
      await done();
    },
    close: async () => {
      // What runs is brought to its end first: this process is the engine.
      await app.settled();
      end.abort(new Error("done"));
    },
  };
}

async function* followApp(app: App, updateId: string, signal: AbortSignal): AsyncGenerator<UpdateEvent> {
  for await (const { id, event } of app.feed.watch(null, signal)) {
    if (id.startsWith(`${updateId}:`)) yield event;
  }
  // The last words are on disk before the lock is free; a command that follows must find it free.
  await app.settled();
}

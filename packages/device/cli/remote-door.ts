import { setTimeout as wait } from "node:timers/promises";
import type { HistoryAnswer, LogAnswer, StartedAnswer, Status, StreamEvent, UpdateEvent } from "@pawl/protocol";
import { createParser } from "eventsource-parser";
import type { DaemonClient } from "./daemon-client.ts";
import { NoDaemon } from "./daemon-client.ts";
import type { Door } from "./door.ts";
import { untilChecked } from "./until-checked.ts";

/** Between two connections to a stream that broke off, in milliseconds. */
const AGAIN_AFTER_MS = 200;
/** A daemon that was restarted is given this long to come back, in milliseconds. */
const BACK_WITHIN_MS = 120_000;

/** The daemon of this device. `signal` ends every wait for it. */
export function remoteDoor(client: DaemonClient, name: string, title: string, signal: AbortSignal): Door {
  const base = `/api/apps/${name}/update`;
  const status = () => client.call<Status>("GET", `${base}/status`);
  return {
    title,
    endsWithUs: false,
    status,
    check: async (ask) => {
      await client.call("POST", `${base}/check`, ask);
      return untilChecked(status, signal);
    },
    install: ({ force, version }) =>
      client.call<StartedAnswer>("POST", `${base}/install`, version ? { force, version } : { force }),
    rollback: (ask) => client.call<StartedAnswer>("POST", `${base}/rollback`, ask),
    cancel: () => client.call<{ message: string }>("POST", `${base}/cancel`),
    follow: (updateId, leave) => follow(client, `${base}/progress`, updateId, leave),
    log: async ({ id, lines }) => {
      const query = new URLSearchParams({
        ...(id ? { id } : {}),
        ...(lines === undefined ? {} : { lines: String(lines) }),
      });
      return (await client.call<LogAnswer>("GET", `${base}/log?${query}`)).lines;
    },
    history: async (limit) => {
      const query = limit === undefined ? "" : `?limit=${limit}`;
      return (await client.call<HistoryAnswer>("GET", `${base}/history${query}`)).updates;
    },
    close: async () => {},
  };
}

/** Follows the stream to `done`, over as many connections as it takes: the update goes on while the daemon is away. */
async function* follow(
  client: DaemonClient,
  path: string,
  updateId: string,
  signal: AbortSignal,
): AsyncGenerator<UpdateEvent> {
  let lastId = "";
  let goneAt: number | null = null;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = lastId ? { "last-event-id": lastId } : {};
      const response = await client.open("GET", path, headers, signal);
      if (response.statusCode === 204) return;
      goneAt = null;
      for await (const { id, event } of events(response)) {
        if (id) lastId = id;
        if (event.type === "connected" || event.type === "keepalive" || !id.startsWith(`${updateId}:`)) continue;
        yield event;
        if (event.type === "done") return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const isGone = error instanceof NoDaemon || (error instanceof Error && "code" in error);
      goneAt ??= performance.now();
      if (!isGone || performance.now() - goneAt > BACK_WITHIN_MS) throw error;
    }
    await wait(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function* events(response: AsyncIterable<Buffer>): AsyncGenerator<{ id: string; event: StreamEvent }> {
  const ready: { id: string; event: StreamEvent }[] = [];
  const parser = createParser({ onEvent: ({ id = "", data }) => ready.push({ id, event: JSON.parse(data) }) });
  const decoder = new TextDecoder();
  for await (const chunk of response) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
  }
}

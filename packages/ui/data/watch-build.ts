import type { ClientOptions } from "./client.ts";
import { type ConnectionEvent, eventStream, lasting } from "./event-stream.ts";
import { readServerFailure, type ServerSchemas } from "./server.ts";

export type BuildEvent = Heard | ConnectionEvent;
type Heard = { kind: "build"; build: ServerSchemas["Build"] } | { kind: "line"; line: ServerSchemas["BuildLogLine"] };

/** So long a server that is away is waited for. */
const BACK_WITHIN_MS = 10 * 60_000;

/**
 * A build as it goes on, over as many connections as it takes: no line twice, none left out. Ends when the build has ended.
 * @throws ApiFailure not_found, unreachable (for longer than ten minutes)
 */
export async function* watchBuild(
  { url, token, fetch }: ClientOptions,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<BuildEvent> {
  let next = 0;
  const connect = async function* (): AsyncGenerator<Heard | "end"> {
    const asked = {
      url: `${url}/api/v2/builds/${id}/events?from=${next}`,
      token,
      fetch,
      readFailure: readServerFailure,
    };
    for await (const { event, data } of eventStream(asked, signal)) {
      if (event === "end") yield "end";
      if (event === "build") yield { kind: "build", build: JSON.parse(data) };
      if (event !== "line") continue;
      const line: ServerSchemas["BuildLogLine"] = JSON.parse(data);
      if (line.number < next) continue;
      next = line.number + 1;
      yield { kind: "line", line };
    }
  };
  yield* lasting(connect, BACK_WITHIN_MS, signal);
}

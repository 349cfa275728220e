import { type AppOptions, appUrl, type DeviceSchemas, readDeviceFailure } from "./device.ts";
import { type ConnectionEvent, eventStream, lasting } from "./event-stream.ts";

export type UpdateStreamEvent = DeviceSchemas["StreamEvent"];
type Heard = { kind: "event"; event: UpdateStreamEvent };

/** A device that doesn't come back from a restart is waited for this long; the page says meanwhile what to do. */
const BACK_WITHIN_MS = 24 * 60 * 60_000;

/**
 * The update that runs, or the next one, as it happens, over as many connections as it takes: no line twice, none left out.
 * Ends with the event `done`.
 * @throws ApiFailure unauthorized, unknown_app
 */
export async function* watchUpdate(options: AppOptions, signal: AbortSignal): AsyncGenerator<Heard | ConnectionEvent> {
  const { token, fetch } = options;
  let lastEventId: string | null = null;
  const connect = async function* (): AsyncGenerator<Heard | "end"> {
    const asked = {
      url: `${appUrl(options)}/update/progress`,
      token,
      fetch,
      lastEventId,
      readFailure: readDeviceFailure,
    };
    let heard = false;
    for await (const { id, data } of eventStream(asked, signal)) {
      heard = true;
      lastEventId = id ?? lastEventId;
      const event: UpdateStreamEvent = JSON.parse(data);
      yield { kind: "event", event };
      if (event.type === "done") yield "end";
    }
    // 204: what was watched is over.
    if (!heard) yield "end";
  };
  yield* lasting(connect, BACK_WITHIN_MS, signal);
}

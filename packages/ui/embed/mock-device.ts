import type { DeviceSchemas } from "../data/device.ts";
import { chipWords as words } from "../words/chip.ts";

type Answers = Readonly<Record<string, DeviceSchemas["StatusAnswer"]>>;

/**
 * A device that is nothing but a file: what `GET status` answers by scenario, as `npm run mock-status` writes it. For making a
 * dashboard where there is no device: everything can be looked at, and nothing happens.
 *
 * @param address of the file; behind `#` the scenario, without one the file's first
 */
export function mockDevice(address: string): typeof fetch {
  const url = new URL(address, globalThis.document?.baseURI);
  const scenario = decodeURIComponent(url.hash.slice(1));
  let status: Promise<DeviceSchemas["StatusAnswer"]> | null = null;
  const load = async () => {
    const answers = (await (await fetch(url)).json()) as Answers;
    const found = answers[scenario] ?? Object.values(answers)[0];
    if (found === undefined) throw new TypeError(`${url} has no scenario`);
    return found;
  };
  return async (input, init) => {
    const { method, url: asked } = new Request(input, init);
    const call = `${method} ${new URL(asked).pathname.split("/update/")[1] ?? ""}`;
    // Nothing comes, for as long as one listens.
    if (call === "GET progress")
      return new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
    status ??= load();
    const answer = readings(await status)[call];
    return answer === undefined ? Response.json(REFUSAL, { status: 400 }) : Response.json({ success: true, ...answer });
  };
}

const REFUSAL: DeviceSchemas["ErrorAnswer"] = { success: false, code: "bad_request", error: words.mock };

function readings(status: DeviceSchemas["StatusAnswer"]): Readonly<Record<string, object>> {
  const { channel, current_version: installed, latest_version: latest } = status;
  return {
    "GET status": status,
    "GET channels": { channels: [channel], current_channel: channel },
    "GET changelog": { channel, installed, latest, commits: [] },
    "GET history": { updates: [], next: null, total: 0 },
    "GET log": { lines: [] },
  };
}

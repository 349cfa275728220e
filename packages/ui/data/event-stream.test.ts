import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { eventStream, lasting } from "./event-stream.ts";
import { watchUpdate } from "./watch-update.ts";

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const EVENTS = { "content-type": "text/event-stream" };
const line = (n: number, said: string) => `id: u:${n}\ndata: ${JSON.stringify({ type: "line", line: said })}\n\n`;
const DONE = `id: u:9\ndata: {"type": "done", "state": "complete", "error": null}\n\n`;

test("what was cut off in the middle of an event is told whole by the next connection", async () => {
  const after: unknown[] = [];
  const url = await serving((request, response) => {
    after.push(request.headers["last-event-id"]);
    response.writeHead(200, EVENTS);
    if (after.length > 1) response.end(line(2, "two") + DONE);
    else response.write(line(1, "one") + line(2, "two").slice(0, 30), () => setTimeout(() => response.destroy(), 20));
  });
  const told: unknown[] = [];
  for await (const heard of watchUpdate({ url, app: "" }, AbortSignal.timeout(20_000))) {
    if (heard.kind === "connection") told.push(heard.isThere);
    else if (heard.event.type === "line") told.push(heard.event.line);
  }
  expect(told).toEqual(["one", false, true, "two"]);
  expect(after).toEqual([undefined, "u:1"]);
});

test("who lets in and breaks off at once is asked less and less often", async () => {
  let connections = 0;
  const connect = async function* () {
    connections += 1;
    yield { kind: "event" };
  };
  for await (const _ of lasting(connect, 60_000, AbortSignal.timeout(3_000)));
  expect(connections).toBeGreaterThan(1);
  expect(connections).toBeLessThan(6);
});

test("an event that doesn't end is not waited for", async () => {
  const url = await serving((_, response) => {
    response.writeHead(200, EVENTS).write("data: ");
    const more = () => void (response.destroyed || response.write("x".repeat(1_000_000), more));
    more();
  });
  const asked = { url, readFailure: () => null };
  await expect(eventStream(asked, AbortSignal.timeout(20_000)).next()).rejects.toThrow("max buffer size");
});

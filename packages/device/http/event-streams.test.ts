import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { UpdateFeed } from "../store/update-feed.ts";
import { EventStreams } from "./event-streams.ts";
import { EventReader } from "./testing/events.ts";

/** A server that tells everyone what `watch` yields. */
async function serveStream(streams: EventStreams, watch: UpdateFeed["watch"]): Promise<string> {
  const server = createServer((_, response) => void streams.run({ watch, position: null }, null, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("a feed that breaks ends the stream, is told, and takes nothing else down", async () => {
  const faults: unknown[] = [];
  const streams = new EventStreams({ onFault: (error) => void faults.push(error) });
  const broken = new Error("broken");
  const url = await serveStream(streams, async function* () {
    yield { id: "a:1", event: { type: "line", line: "one", level: "info" } };
    throw broken;
  });
  const reader = await EventReader.open(url);
  expect((await reader.rest()).map(({ event }) => event.type)).toEqual(["connected", "line"]);
  expect(faults).toEqual([broken]);
});

test("beyond the most there may be, a stream is refused before it begins, until another one ends", async () => {
  const streams = new EventStreams({ mostWatchers: 2, onFault: () => undefined });
  const errors: unknown[] = [];
  const idle: UpdateFeed["watch"] = async function* (_, signal) {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  };
  const server = createServer((_, response) => {
    streams.run({ watch: idle, position: null }, null, response).catch((error) => {
      errors.push(error);
      response.writeHead(429).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    streams.close();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const [first, second] = [await EventReader.open(url), await EventReader.open(url)];
  expect((await EventReader.open(url)).response.status).toBe(429);
  expect(errors).toEqual([expect.objectContaining({ code: "rate_limited" })]);
  await first[Symbol.asyncDispose]();
  await expect.poll(async () => (await EventReader.open(url)).response.status).toBe(200);
  await second[Symbol.asyncDispose]();
});

test("a stream that begins after the end of the server ends at once", async () => {
  const streams = new EventStreams({ onFault: () => undefined });
  streams.close();
  const url = await serveStream(streams, async function* (_, signal) {
    if (!signal.aborted) yield { id: "a:1", event: { type: "line", line: "one", level: "info" } };
  });
  const reader = await EventReader.open(url);
  expect((await reader.rest()).map(({ event }) => event.type)).toEqual(["connected"]);
});

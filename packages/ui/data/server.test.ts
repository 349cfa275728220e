import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { answerOf, serverClient } from "./server.ts";

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json =
  (status: number, body: unknown, headers = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const ask = (url: string, timeout?: number) => answerOf(serverClient({ url, timeout }).GET("/health/live"));

test("what worked is what was answered", async () => {
  expect(await ask(await serving(json(200, { status: "ok" })))).toEqual({ status: "ok" });
});

test("a token goes along", async () => {
  const url = await serving((request, response) =>
    json(200, { sent: request.headers.authorization })(request, response),
  );
  expect(await answerOf(serverClient({ url, token: "pawl_x" }).GET("/health/live"))).toEqual({ sent: "Bearer pawl_x" });
});

test("a failure has the server's code, sentence, fields, id and patience", async () => {
  const body = { error: { code: "too_many_requests", message: "Too many.", limit: 20 }, request_id: "abc" };
  await expect(ask(await serving(json(429, body, { "retry-after": "7" })))).rejects.toMatchObject({
    name: "ApiFailure",
    message: "Too many.",
    code: "too_many_requests",
    status: 429,
    fields: { limit: 20 },
    requestId: "abc",
    retryAfter: 7,
  });
});

test.each([
  ["a proxy's error", 502, "<h1>Bad Gateway</h1>"],
  ["a Wi-Fi's sign-in page", 200, "<h1>Welcome</h1>"],
])("%s is not taken for the server's answer", async (_, status, body) => {
  const url = await serving((_, response) => response.writeHead(status, { "content-type": "text/html" }).end(body));
  await expect(ask(url)).rejects.toMatchObject({ code: "not_the_server", status });
});

test("a server that isn't there, or says nothing, is a failure in time", async () => {
  const url = await serving(() => undefined);
  await expect(ask(url, 100)).rejects.toMatchObject({ code: "timeout", status: null });
  server?.closeAllConnections();
  server?.close();
  await expect(ask(url)).rejects.toMatchObject({ code: "unreachable", message: "The server can't be reached." });
});

test.each<[string, RequestListener, object]>([
  [
    "cut off in the middle",
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"status":');
      setTimeout(() => response.destroy(), 20);
    },
    { code: "unreachable" },
  ],
  [
    "that stops in the middle",
    (_, response) => void response.writeHead(200, { "content-type": "application/json" }).write('{"status":'),
    { code: "timeout" },
  ],
  [
    "that only begins like one",
    (_, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"status":'),
    { code: "not_the_server" },
  ],
])("an answer %s is none, and may be asked for again", async (_, listener, failure) => {
  await expect(ask(await serving(listener), 500)).rejects.toMatchObject({ name: "ApiFailure", ...failure });
});

test("an answer that doesn't end is read no further than any of ours goes", async () => {
  const megabyte = Buffer.alloc(1_000_000, " ");
  let sent = 0;
  const url = await serving((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      sent += 1;
      if (!response.destroyed) response.write(megabyte, more);
    };
    more();
  });
  await expect(ask(url)).rejects.toMatchObject({ code: "not_the_server" });
  expect(sent).toBeLessThan(100);
});

test("whoever takes a call back gets his own reason", async () => {
  const client = serverClient({ url: await serving(() => undefined) });
  const reason = new Error("the page was left");
  const aborted = new AbortController();
  const call = client.GET("/health/live", { signal: aborted.signal });
  aborted.abort(reason);
  await expect(call).rejects.toBe(reason);
});

import { createServer } from "node:net";
import { expect, test } from "vitest";
import { answering, WebhookServer } from "../webhook-fixture.ts";
import { webhookTarget } from "./webhook.ts";

const never = new AbortController().signal;
const userAgent = "pawl/test";

function tell(address: string, timeoutMs = 5_000) {
  return webhookTarget(address, { userAgent, timeoutMs }).tell('{"key":"Küche"}', never);
}

test("§4 notify: is sent the notice by POST as JSON", async () => {
  await using hook = await WebhookServer.start();
  expect(await tell(`${hook.url}/services/x?token=y`)).toEqual({ ok: true });
  expect(hook.posted).toMatchObject([
    {
      method: "POST",
      path: "/services/x?token=y",
      headers: { "content-type": "application/json", "user-agent": userAgent },
      body: '{"key":"Küche"}',
    },
  ]);
});

test("the user and the password of an address are sent as basic authentication", async () => {
  await using hook = await WebhookServer.start();
  expect(await tell(hook.url.replace("//", "//me:s%20t@"))).toEqual({ ok: true });
  expect(hook.posted[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me:s t").toString("base64")}`);
});

test.each([200, 201, 202, 204, 299])("HTTP %i: it has been told", async (status) => {
  await using hook = await WebhookServer.start(answering(status));
  expect(await tell(hook.url)).toEqual({ ok: true });
});

test.each([303, 304, 400, 401, 404, 429, 500, 503])("HTTP %i: it has not been told", async (status) => {
  await using hook = await WebhookServer.start(answering(status, { location: "/elsewhere" }));
  expect(await tell(hook.url)).toEqual({ ok: false, reason: `it answered with HTTP ${status}`, passing: true });
  expect(hook.posted).toHaveLength(1);
});

test("one that nobody listens at has not been told", async () => {
  const { url } = await closedServer();
  expect(await tell(url)).toEqual({ ok: false, reason: "the connection failed (ECONNREFUSED)", passing: true });
});

test("one that hangs up, or speaks something else, has not been told", async () => {
  const server = createServer((socket) => void socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.2\r\n"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  expect(await tell(`http://127.0.0.1:${port}`)).toMatchObject({ ok: false, passing: true });
  server.close();
});

test("one that doesn't answer in time has not been told, and isn't tried again at once", async () => {
  await using hook = await WebhookServer.start(() => undefined);
  const begun = performance.now();
  expect(await tell(hook.url, 200)).toEqual({ ok: false, reason: "it did not answer within 0.2 s", passing: false });
  expect(performance.now() - begun).toBeLessThan(20_000);
});

test("an answer that never ends is enough", async () => {
  await using hook = await WebhookServer.start((_, response) => {
    response.writeHead(200).write("x".repeat(100_000));
    const more = setInterval(() => response.write("x".repeat(100_000)), 1);
    response.on("close", () => clearInterval(more));
  });
  expect(await tell(hook.url)).toEqual({ ok: true });
});

test.each([301, 302, 307, 308])(
  "HTTP %i: follows to another path of the same host, with everything",
  async (status) => {
    await using hook = await WebhookServer.start((posted, response) =>
      answering(posted.path === "/new" ? 204 : status, { location: "/new" })(posted, response),
    );
    expect(await tell(`${hook.url.replace("//", "//me:pass@")}/old`)).toEqual({ ok: true });
    expect(hook.posted.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
      'POST /old {"key":"Küche"}',
      'POST /new {"key":"Küche"}',
    ]);
    expect(hook.posted[1]?.headers.authorization).toBe(hook.posted[0]?.headers.authorization);
  },
);

test.each([
  ["another port", (port: number) => `http://127.0.0.1:${port}/`],
  ["another name", (port: number) => `//localhost:${port}/`],
  ["another name with encryption", (port: number) => `https://localhost:${port}/`],
  ["another protocol", () => "file:///etc/passwd"],
  ["nothing", () => "http://"],
])("doesn't follow to %s", async (_, address) => {
  await using other = await WebhookServer.start();
  await using hook = await WebhookServer.start(answering(307, { location: address(other.port) }));
  const reason = "it redirects to another host, which is told nothing";
  expect(await tell(hook.url)).toEqual({ ok: false, reason, passing: false });
  expect(other.posted).toEqual([]);
});

test("doesn't follow in a circle", async () => {
  await using hook = await WebhookServer.start(answering(307, { location: "/" }));
  expect(await tell(hook.url)).toMatchObject({ ok: false, reason: "it answered with HTTP 307" });
  expect(hook.posted).toHaveLength(4);
});

test("ends with this process, whose reason it gives", async () => {
  await using hook = await WebhookServer.start(() => undefined);
  const end = new AbortController();
  const told = webhookTarget(hook.url, { userAgent }).tell("{}", end.signal);
  setTimeout(() => end.abort(new Error("SIGTERM")), 50);
  await expect(told).rejects.toThrow("SIGTERM");
  await expect(webhookTarget(hook.url, { userAgent }).tell("{}", end.signal)).rejects.toThrow("SIGTERM");
});

test("nothing of its address but the host is in any words", async () => {
  const { url } = await closedServer();
  const target = webhookTarget(`${url.replace("//", "//me:geheim@")}/geheim?token=geheim#geheim`, { userAgent });
  expect(target.words).toBe(`the webhook at ${new URL(url).host}`);
  expect(JSON.stringify(await target.tell("{}", never))).not.toContain("geheim");
});

async function closedServer(): Promise<{ url: string }> {
  const server = await WebhookServer.start();
  const { url } = server;
  await server[Symbol.asyncDispose]();
  return { url };
}

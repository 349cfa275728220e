import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HealthConfig } from "@pawl/protocol";
import { afterEach, expect, test } from "vitest";
import { httpProbe } from "./http.ts";

let servers: Server[] = [];
const { signal } = new AbortController();
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function look(http: string, version_at?: string, expected: string | null = "1.1.0") {
  const config = HealthConfig.parse({ http, ...(version_at && { version_at }) });
  if (!("http" in config)) throw new Error("not http");
  return httpProbe(config).probe(expected, signal);
}

test.each([
  ['{"version":"1.1.0"}', "version", { ok: true }],
  ['{"version":"v1.1.0"}', "version", { ok: true }],
  ['{"app":{"build":{"version":"1.1.0"}}}', "app.build.version", { ok: true }],
  ['{"version":"1.1.0-rc1"}', "version", { ok: false, reason: "answered 1.1.0-rc1 instead of 1.1.0" }],
  ['{"other":1}', "version", { ok: false, reason: 'answered without a version at "version"' }],
  ['{"version":{}}', "version", { ok: false, reason: 'answered without a version at "version"' }],
  ["{}", "constructor.name", { ok: false, reason: 'answered without a version at "constructor.name"' }],
  ["<html>", "version", { ok: false, reason: "answered with something that isn't JSON" }],
  [`"${"x".repeat(1024 * 1024)}"`, "version", { ok: false, reason: "answered with more than 1 MB" }],
])("compares the version in %.40s at %s", async (body, versionAt, reading) => {
  const origin = await serve((_, response) => response.end(body));
  expect(await look(origin, versionAt)).toEqual(reading);
});

test("compares nothing when the release's version isn't known", async () => {
  const origin = await serve((_, response) => response.end('{"version":"1.0.0"}'));
  expect(await look(origin, "version", null)).toEqual({ ok: true });
});

test("is content with the headers of a page that never ends", async () => {
  const origin = await serve((_, response) => response.write("data: 1\n\n"));
  expect(await look(origin)).toEqual({ ok: true });
});

test("follows redirects within the origin", async () => {
  const origin = await serve((request, response) => {
    if (request.url === "/new") response.end('{"version":"1.1.0"}');
    else response.writeHead(302, { location: "/new" }).end();
  });
  expect(await look(`${origin}/old`, "version")).toEqual({ ok: true });
});

test("does not follow a redirect to another origin", async () => {
  const other = await serve((_, response) => response.end());
  const origin = await serve((_, response) => response.writeHead(302, { location: other }).end());
  expect(await look(origin)).toEqual({ ok: false, reason: "answered with HTTP status 302" });
});

test("ends a circle of redirects", async () => {
  let asked = 0;
  const origin = await serve((_, response) => {
    asked++;
    response.writeHead(307, { location: "/" }).end();
  });
  expect(await look(origin)).toEqual({ ok: false, reason: "answered with HTTP status 307" });
  expect(asked).toBe(4);
});

test("names an app that closes the connection without an answer", async () => {
  const origin = await serve((request) => request.socket.destroy());
  expect(await look(origin)).toEqual({ ok: false, reason: "closed the connection before it answered" });
});

test("shows its address without a password or a query", () => {
  const config = HealthConfig.parse({ http: "http://me:secret@localhost:8080/version?token=abc" });
  if (!("http" in config)) throw new Error("not http");
  expect(httpProbe(config).name).toBe("http://localhost:8080/version");
});

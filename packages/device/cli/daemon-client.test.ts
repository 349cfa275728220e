import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "@pawl/testkit";
import { afterEach, expect, test } from "vitest";
import { DaemonClient } from "./daemon-client.ts";
import { NoDaemon } from "./no-daemon.ts";

const forever = new AbortController().signal;
const servers: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function clientOf(answer: RequestListener, signal = forever): Promise<DaemonClient> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new DaemonClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, null, signal);
}

test("says in words that no daemon is there", async () => {
  const client = new DaemonClient(`127.0.0.1:${await freePort()}`, null, forever);
  const error = await client.call("GET", "/api/apps").catch((error) => error);
  expect(error).toBeInstanceOf(NoDaemon);
  expect(error).toMatchObject({ code: "offline", message: expect.stringContaining("The daemon of this device") });
});

test.each([
  ["before it answers", (_request, response) => void response.destroy()],
  [
    "in the middle of its answer",
    (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"success":');
      setTimeout(() => response.destroy(), 20);
    },
  ],
] satisfies [string, RequestListener][])("says in words that the daemon went away %s", async (_when, answer) => {
  const client = await clientOf(answer);
  await expect(client.call("GET", "/api/apps")).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining("went away"),
  });
});

test("ends with the signal's reason while it waits", async () => {
  const left = new AbortController();
  const client = await clientOf(() => left.abort(new Error("SIGINT")), left.signal);
  await expect(client.call("GET", "/api/apps")).rejects.toThrow("SIGINT");
});

test("passes on what the daemon refuses, with its code", async () => {
  const client = await clientOf((_request, response) => {
    response.writeHead(409).end(JSON.stringify({ success: false, error: "Another one runs.", code: "busy" }));
  });
  await expect(client.call("POST", "/api/update/install", {})).rejects.toMatchObject({
    code: "busy",
    message: "Another one runs.",
  });
});

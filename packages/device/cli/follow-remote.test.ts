import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "@pawl/testkit";
import { afterEach, expect, test } from "vitest";
import { DaemonClient } from "./daemon-client.ts";
import { type Following, followRemote } from "./follow-remote.ts";

const UPDATE = "0abcdefgh-123456";
const forever = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) stop(server);
});

/** A daemon's stream that says each line, with ids that count. */
function tell(response: ServerResponse, ...lines: [n: number, line: string][]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const [n, line] of lines)
    response.write(`id: ${UPDATE}:${n}\ndata: ${JSON.stringify({ type: "line", line })}\n\n`);
}

function end(response: ServerResponse, n: number): void {
  response.end(`id: ${UPDATE}:${n}\ndata: {"type":"done","state":"complete","error":null}\n\n`);
}

async function serve(port: number, answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

function stop(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function follow(port: number, following: Partial<Following> = {}): Promise<string[]> {
  const client = new DaemonClient(`127.0.0.1:${port}`, null, forever);
  const said: string[] = [];
  const how = { updateId: UPDATE, onAway: () => said.push("away"), ...following };
  for await (const event of followRemote(client, "/progress", how, forever)) {
    said.push(event.type === "line" ? event.line : event.type);
  }
  return said;
}

test("says once that the daemon is away, and goes on where it was when it is back", async () => {
  const port = await freePort();
  const first = await serve(port, (_request, response) => tell(response, [1, "Downloading"]));
  const followed = follow(port, { saidAfterMs: 300 });
  await wait(300);
  stop(first);
  await wait(900);
  const asked: unknown[] = [];
  await serve(port, ({ headers }, response) => {
    asked.push(headers["last-event-id"]);
    tell(response, [2, "Verifying"]);
    end(response, 3);
  });
  expect(await followed).toEqual(["Downloading", "away", "Verifying", "done"]);
  expect(asked).toEqual([`${UPDATE}:1`]);
});

test("overlooks a break that is over at once", async () => {
  const { port } = (
    await serve(0, ({ headers }, response) => {
      if (headers["last-event-id"]) {
        tell(response, [2, "Verifying"]);
        end(response, 3);
      } else {
        tell(response, [1, "Downloading"]);
        setTimeout(() => response.destroy(), 50);
      }
    })
  ).address() as AddressInfo;
  expect(await follow(port)).toEqual(["Downloading", "Verifying", "done"]);
});

test("gives up a stream that has fallen silent, and takes another", async () => {
  let calls = 0;
  const { port } = (
    await serve(0, (_request, response) => {
      calls++;
      if (calls === 1) return; // Accepted, and never answered.
      tell(response, [1, "Downloading"]);
      end(response, 2);
    })
  ).address() as AddressInfo;
  expect(await follow(port, { silentMs: 200 })).toEqual(["Downloading", "done"]);
  expect(calls).toBe(2);
});

test("ends with what the daemon says when it refuses", async () => {
  const { port } = (
    await serve(0, (_request, response) => {
      response.writeHead(401).end(JSON.stringify({ success: false, error: "A token, please.", code: "unauthorized" }));
    })
  ).address() as AddressInfo;
  await expect(follow(port)).rejects.toMatchObject({ code: "unauthorized", message: "A token, please." });
});

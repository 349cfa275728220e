import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { answerOf, appClient } from "../data/device.ts";
import { watchUpdate } from "../data/watch-update.ts";
import { deviceStandIn } from "./device/device.ts";
import type { DeviceScenario } from "./device/scenarios.ts";
import { nodeListener } from "./node.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function served(scenario: DeviceScenario) {
  server = createServer(nodeListener(deviceStandIn(scenario, { speed: 500 }))).listen(0, "127.0.0.1");
  await once(server, "listening");
  const options = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, app: "" };
  return { options, client: appClient(options) };
}

test("an update is watched over the network, and over the restart that takes the network away", async () => {
  const { options, client } = await served("available");
  await client.POST("/update/install", { body: { force: false } });
  const heard = [];
  for await (const event of watchUpdate(options, AbortSignal.timeout(30_000))) heard.push(event);
  expect(heard).toContainEqual({ kind: "event", event: { type: "done", state: "complete", error: null } });
  expect(heard).toContainEqual({ kind: "connection", isThere: false });
  expect(await answerOf(client.GET("/update/status"))).toMatchObject({ current_version: "2.4.0" });
});

test("where nobody answers the connection is cut", async () => {
  const { client } = await served("unreachable");
  await expect(client.GET("/update/status")).rejects.toMatchObject({ code: "unreachable" });
});

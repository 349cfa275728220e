import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { answerOf, appClient } from "../data/device.ts";
import { deviceStandIn } from "../stand-in/device/device.ts";
import { mockDevice } from "./mock-device.ts";

test("a file stands for a device: it shows the scenario that is named, and does nothing", async () => {
  const [idle, rolledBack] = await Promise.all(
    (["up-to-date", "rolled-back"] as const).map(async (scenario) => {
      const answer = await deviceStandIn(scenario)("http://device/api/update/status");
      return answer.json();
    }),
  );
  const server = createServer((_, response) => response.end(JSON.stringify({ idle, "rolled-back": rolledBack })));
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const file = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mock.json`;
    const client = (address: string) =>
      appClient({ url: "http://nowhere", app: "kitchen", fetch: mockDevice(address) });
    expect(await answerOf(client(file).GET("/update/status"))).toMatchObject({ last_result: null });
    const named = client(`${file}#rolled-back`);
    expect(await answerOf(named.GET("/update/status"))).toMatchObject({ last_result: "rolled_back" });
    expect(await answerOf(named.GET("/update/history"))).toMatchObject({ updates: [] });
    await expect(answerOf(named.POST("/update/install"))).rejects.toThrow("nothing is done");
  } finally {
    server.close();
  }
});

import { expect, test } from "vitest";
import { deviceStandIn } from "../stand-in/device/device.ts";
import type { DeviceScenario } from "../stand-in/device/scenarios.ts";
import { answerOf, appClient } from "./device.ts";
import { endedBy, lastEnded } from "./update-ended.ts";

const signal = new AbortController().signal;

async function met(scenario: DeviceScenario) {
  const client = appClient({ url: "http://device", app: "", fetch: deviceStandIn(scenario) });
  return { client, status: await answerOf(client.GET("/update/status", { signal })) };
}

test.each<DeviceScenario>(["done", "rolled-back", "power-lost", "disk-full", "cancelled"])(
  "how an update ended is told by its own line of history: %s",
  async (scenario) => {
    const { client, status } = await met(scenario);
    const ended = await lastEnded(client, status, signal);
    expect(ended).toMatchObject({ id: status.update_id, result: status.last_result });
  },
);

test("while another one waits, the end is that of the one before", async () => {
  const { client, status } = await met("rolled-back");
  const { update } = (await met("waiting")).status;
  const ended = await lastEnded(client, { ...status, update, update_id: "waits" }, signal);
  expect(ended?.result).toBe("rolled_back");
});

test("an end that history doesn't have is told as far as status knows it, and not as another one's", async () => {
  const { client, status } = await met("disk-full");
  const unwritten = { ...status, update_id: "unwritten" };
  expect(await lastEnded(client, unwritten, signal)).toBeNull();
  expect(endedBy(unwritten)).toMatchObject({ result: "failed", failure: { code: "disk_full" } });
});

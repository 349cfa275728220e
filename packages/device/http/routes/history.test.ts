import { HistoryAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("history: has the updates that ended, newest first, at most as many as asked for", async () => {
  await using device = await Device.start();
  expect((await device.get("/api/update/history")).body).toEqual({ success: true, updates: [] });
  await device.have("1.0.0");
  await device.have("1.1.0");
  const { updates } = HistoryAnswer.parse((await device.get("/api/update/history")).body);
  expect(updates.map(({ kind, from, to, result }) => [kind, from, to, result])).toEqual([
    ["install", "1.0.0", "1.1.0", "success"],
    ["install", null, "1.0.0", "success"],
  ]);
  expect((await device.get("/api/update/history?limit=1")).body.updates).toEqual(updates.slice(0, 1));
  for (const bad of ["0", "-1", "many"]) {
    expect((await device.get(`/api/update/history?limit=${bad}`)).body.updates).toEqual(updates);
  }
});

test("history: a failed update stands there with its failure, also after a restart; each app has its own", async () => {
  await using device = await Device.start({ apps: ["kitchen", "hall"], within: "1s" });
  await device.have("1.0.0");
  await device.publish("1.1.0", { works: false });
  await device.checked();
  await device.installed();
  await device.restart();
  const { updates } = HistoryAnswer.parse((await device.get("/api/update/history")).body);
  expect(updates[0]).toMatchObject({ from: "1.0.0", to: "1.1.0", channel: "stable", result: "rolled_back" });
  expect(updates[0]?.failure).toMatchObject({ code: "health_failed", back_on: "1.0.0" });
  expect(updates[0]?.bytes_downloaded).toBeGreaterThan(0);
  expect((await device.get("/api/apps/hall/update/history")).body.updates).toEqual([]);
});

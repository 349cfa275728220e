import { HistoryAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("GET history has the updates that ended, newest first, at most as many as asked for", async () => {
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

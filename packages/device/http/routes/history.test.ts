import { HistoryAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("history: has the updates that ended, newest first, at most as many as asked for", async () => {
  await using device = await Device.start();
  expect((await device.get("/api/update/history")).body).toEqual({
    success: true,
    updates: [],
    next: null,
    total: 0,
  });
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

test("history: is read part by part, from either end, and only what ended in a certain way", async () => {
  await using device = await Device.start();
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) await device.have(version);
  const versionsOf = async (query: string) => {
    const { updates, next, total } = HistoryAnswer.parse((await device.get(`/api/update/history?${query}`)).body);
    return { versions: updates.map(({ to }) => to), next, total };
  };
  const first = await versionsOf("limit=2&cursor=&sort=");
  expect(first).toMatchObject({ versions: ["1.2.0", "1.1.0"], total: 3 });
  expect(await versionsOf(`limit=2&cursor=${first.next}`)).toEqual({ versions: ["1.0.0"], next: null, total: 3 });
  expect(await versionsOf("limit=1&sort=oldest")).toMatchObject({ versions: ["1.0.0"], total: 3 });
  expect(await versionsOf("result=failed&result=undone")).toEqual({ versions: [], next: null, total: 0 });
  expect(await versionsOf("result=failed&result=success")).toMatchObject({ total: 3 });
});

test.each([
  ["cursor", "of-another-list", "`next` of an answer"],
  ["sort", "loudest", "one of newest, oldest"],
  ["result", "good", "one of success, failed"],
])("history: says what is wrong with a %s such as %s", async (name, value, words) => {
  await using device = await Device.start();
  const { status, body } = await device.get(`/api/update/history?${name}=${value}`);
  expect([status, body.code, body.error]).toEqual([400, "bad_request", expect.stringContaining(`"${name}" must be`)]);
  expect(body.error).toContain(words);
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

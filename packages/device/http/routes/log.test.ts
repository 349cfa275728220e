import { LogAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("log: has the last update's lines, the last few of them, or those of a named one", async () => {
  await using device = await Device.start();
  expect((await device.get("/api/update/log")).body).toEqual({ success: true, lines: [] });
  await device.have("1.0.0");
  const first = (await device.get("/api/update/status")).body.update_id;
  await device.have("1.1.0");
  const { lines } = LogAnswer.parse((await device.get("/api/update/log")).body);
  expect(lines[0]?.line).toBe("[The kitchen updater] Starting update…");
  expect(lines.at(-1)).toMatchObject({ level: "info", line: "✓ Upgraded to 1.1.0 on channel 'stable'" });
  expect((await device.get("/api/update/log?lines=2")).body.lines).toEqual(lines.slice(-2));
  expect((await device.get("/api/update/log?lines=-1")).body.lines).toEqual(lines);
  const named = LogAnswer.parse((await device.get(`/api/update/log?id=${first}`)).body);
  expect(named.lines.at(-1)?.line).toContain("1.0.0");
});

test.each(["../state", "..%2F..%2Fapply%2Fstate", "x", "0mwq35sou-1lvwfp%00"])(
  "log: refuses %s as an update's id",
  async (id) => {
    await using device = await Device.start();
    const { status, body } = await device.get(`/api/update/log?id=${id}`);
    expect([status, body.code]).toEqual([400, "bad_request"]);
    expect(body.error).toContain('"id"');
  },
);

test("log: has the running update's lines so far, and is kept on disk over a restart", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" }, 1);
  await device.post("/api/update/install");
  const words = async () => (await device.get("/api/update/log")).body.lines?.map(({ line }) => line) ?? [];
  await expect.poll(async () => (await words()).at(-1)).toMatch(/^Downloading 1\.0\.0/);
  const before = await words();
  await device.restart();
  expect(await words()).toEqual(before);
});

import { readFile, rename, symlink, writeFile } from "node:fs/promises";
import { StatusAnswer } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("status: has every field, and asks nobody", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const { status, headers, body } = await device.get("/api/update/status");
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("no-store");
  const answer = StatusAnswer.parse(body);
  expect(body).toEqual(answer);
  expect(answer).toMatchObject({ current_version: null, latest_version: null, has_update: false, state: "idle" });
  expect(device.host.requests).toEqual([]);
});

test("status: answers during an install, and tells how far it is", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  const { body } = await device.post("/api/update/install");
  const status = StatusAnswer.parse((await device.get("/api/update/status")).body);
  expect(status).toMatchObject({ state: "installing", phase: "downloading", update_id: body.update_id });
});

test("status: the installed version is what the device says now, whoever changed it", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.have("1.1.0");
  const current = async () => (await device.get("/api/update/status")).body.current_version;
  expect(await current()).toBe("1.1.0");
  await symlink("releases/1.0.0", `${device.home}/other`);
  await rename(`${device.home}/other`, `${device.home}/current`);
  expect(await current()).toBe("1.0.0");
});

test("status: before Pawl has installed anything, the version file's word, else null", async () => {
  await using temp = await TempDir.create();
  const path = temp.join("version");
  await using device = await Device.start({ app: { version_file: path } });
  const current = async () => (await device.get("/api/update/status")).body.current_version;
  expect(await current()).toBeNull();
  await writeFile(path, "0.9.0\n");
  expect(await current()).toBe("0.9.0");
});

test("status: tells what a check has found, and what one can go back to", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.have("1.1.0");
  await device.publish("1.2.0", { title: "Summer", notes: "- a lamp", publishedAt: "2026-03-02T10:00:00Z" });
  const status = StatusAnswer.parse(await device.checked());
  expect(status).toMatchObject({
    current_version: "1.1.0",
    latest_version: "1.2.0",
    has_update: true,
    direction: "up",
    backup_version: "1.0.0",
    can_roll_back: true,
    release: { version: "1.2.0", title: "Summer", notes: "- a lamp", published_at: "2026-03-02T10:00:00Z" },
  });
  expect(status.release?.size_bytes).toBeGreaterThan(0);
  expect(await readFile(`${status.backup_path}/index.html`, "utf8")).toBe("Kitchen 1.0.0\n");
  expect(status.last_checked).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("status: never starts a check, however often and long it is asked", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await Promise.all(Array.from({ length: 50 }, () => device.get("/api/update/status")));
  await device.app.settled();
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "idle", last_checked: null });
  expect(device.host.requests).toEqual([]);
});

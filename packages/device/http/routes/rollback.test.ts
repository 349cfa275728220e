import { StartedAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("rollback: goes back to the release before, and says which", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.have("1.1.0");
  const { status, body } = await device.post("/api/update/rollback");
  expect(status).toBe(200);
  expect(StartedAnswer.parse(body)).toMatchObject({ state: "installing", message: expect.stringContaining("1.0.0") });
  await device.app.settled();
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "complete", current_version: "1.0.0" });
});

test("§3 no_backup: rollback: without an earlier release is a conflict, as is one to a version that isn't kept", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  const none = await device.post("/api/update/rollback");
  expect([none.status, none.body.code]).toEqual([409, "no_backup"]);
  const other = await device.post("/api/update/rollback", { version: "0.9.0" });
  expect([other.status, other.body.code]).toEqual([409, "no_backup"]);
  expect(other.body.error).toContain("0.9.0");
});

test("rollback: to a named one that is kept, which restarts services and is looked at like a new one", async () => {
  const services = [{ command: { start: ["true"], stop: ["true"] } }];
  await using device = await Device.start({ app: (home) => ({ services, install: { bundle: { home, backups: 2 } } }) });
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) await device.have(version);
  const { status, body } = await device.post("/api/update/rollback", { version: "1.0.0" });
  expect([status, body.message]).toEqual([200, "Going back to 1.0.0."]);
  expect(await device.ended()).toMatchObject({
    current_version: "1.0.0",
    last_result: "success",
    can_roll_back: false,
  });
  const { lines = [] } = (await device.get("/api/update/log")).body;
  const words = lines.map(({ line }) => line);
  expect(words.some((line) => line.startsWith("Restarting service in"))).toBe(true);
  expect(words.at(-1)).toBe("✓ Went back to 1.0.0 on channel 'stable'");
});

test("rollback: nothing is consumed by it: one can go forward again, without the network", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.have("1.1.0");
  await device.post("/api/update/rollback");
  await device.ended();
  device.host.fault("/", { kind: "status", status: 500 });
  expect(await device.installed({ version: "1.1.0" })).toMatchObject({ current_version: "1.1.0", can_roll_back: true });
});

test("rollback: a field it doesn't know, or a version that can't be one, is refused", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.have("1.1.0");
  for (const ask of [{ verison: "1.0.0" }, { version: "../1.0.0" }, ["1.0.0"]]) {
    const { status, body } = await device.post("/api/update/rollback", ask);
    expect([status, body.code]).toEqual([400, "bad_request"]);
  }
  expect((await device.get("/api/update/status")).body.current_version).toBe("1.1.0");
});

import { StartedAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("POST rollback goes back to the release before, and says which", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.have("1.1.0");
  const { status, body } = await device.post("/api/update/rollback");
  expect(status).toBe(200);
  expect(StartedAnswer.parse(body)).toMatchObject({ state: "installing", message: expect.stringContaining("1.0.0") });
  await device.app.settled();
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "complete", current_version: "1.0.0" });
});

test("POST rollback without an earlier release is a conflict, as is one to a version that isn't kept", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  const none = await device.post("/api/update/rollback");
  expect([none.status, none.body.code]).toEqual([409, "no_backup"]);
  const other = await device.post("/api/update/rollback", { version: "0.9.0" });
  expect([other.status, other.body.code]).toEqual([409, "no_backup"]);
  expect(other.body.error).toContain("0.9.0");
});

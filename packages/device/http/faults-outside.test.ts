import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { Device } from "./testing/device.ts";
import { EventReader, type Received } from "./testing/events.ts";

// More faults of an earlier updater, by their numbers: what a network, a foreign page, a bad host or a restart make of it.

const status = async (device: Device) => (await device.get("/api/update/status")).body;

test("B14: who breaks off after every few events and comes back gets each line once, in order", async () => {
  await using device = await Device.start({
    app: { services: [{ command: { start: ["seq", "200"], stop: ["true"] } }] },
  });
  await device.publish("1.0.0");
  await device.post("/api/update/install");
  const seen: Received[] = [];
  let lastId = "";
  for (let connections = 0; seen.at(-1)?.event.type !== "done"; connections++) {
    expect(connections).toBeLessThan(500);
    const headers: Record<string, string> = lastId ? { "last-event-id": lastId } : {};
    await using reader = await EventReader.open(device.url("/api/update/progress"), headers);
    for (let n = 0; n < 5; n++) {
      const next = await reader.next();
      if (!next) break;
      lastId = next.id ?? lastId;
      if (next.event.type !== "connected" && next.event.type !== "keepalive") seen.push(next);
    }
  }
  const lines = seen.flatMap(({ event }) => (event.type === "line" ? [event.line] : []));
  const logged = (await device.get("/api/update/log")).body.lines?.map(({ line }) => line);
  expect(lines).toEqual(logged);
  expect(lines.filter((line) => /^\d+$/.test(line))).toHaveLength(200);
});

test.each(["cross-site", "same-site"])("B15: a link on a foreign page (%s) starts no check by GET", async (site) => {
  await using device = await Device.start();
  const { status, body } = await device.get("/api/update/check", { "sec-fetch-site": site });
  expect([status, body.code]).toEqual([403, "forbidden"]);
  expect(device.host.requests).toEqual([]);
});

test("B15: with tokens, GET check wants one in a header, not what a browser sends by itself", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: { token_in_query: true } });
  const token = device.secrets.get("page") ?? "";
  const session = await device.post("/api/session", { token });
  const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect(cookie).not.toBe("");
  expect((await device.get("/api/update/status", { cookie })).status).toBe(200);
  expect((await device.get("/api/update/check", { cookie })).status).toBe(401);
  expect((await device.get(`/api/update/check?token=${token}`)).status).toBe(401);
  expect((await device.get("/api/update/check", { authorization: `Bearer ${token}` })).status).toBe(200);
});

test.each(["check", "install", "apply", "rollback", "auto", "skip", "set_channel", "settings"])(
  "B15: %s answers an array, and broken JSON, with 400 in JSON",
  async (verb) => {
    await using device = await Device.start();
    for (const text of ["[]", '["force"]', '{"force": tr', "[1"]) {
      const { status, headers, body } = await device.post(`/api/update/${verb}`, text, {
        "content-type": "application/json",
      });
      expect([status, headers.get("content-type")]).toEqual([400, "application/json"]);
      expect(body).toEqual({ success: false, error: expect.any(String), code: "bad_request" });
    }
  },
);

test("B17: what was checked is what is installed: one that was replaced on its host since is refused", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.publish("1.1.0");
  await device.checked();
  await device.publish("1.1.0", { notes: "another", ballastBytes: 10 });
  const body = await device.installed();
  expect(body).toMatchObject({ state: "error", current_version: "1.0.0", failure: { code: "release_moved" } });
  expect(await readFile(`${device.home}/current/index.html`, "utf8")).toBe("Kitchen 1.0.0\n");
  await device.checked();
  expect(await device.installed()).toMatchObject({ state: "complete", current_version: "1.1.0" });
});

test("§3 restart_failed: B19: a service that doesn't restart is no success: the device goes back, and says why", async () => {
  const services = (home: string) => [
    { command: { start: ["test", "!", "-e", `${home}/current/broken`], stop: ["true"] } },
  ];
  await using device = await Device.start({ app: (home) => ({ services: services(home), health: [] }) });
  await device.have("1.0.0");
  await device.publish("1.1.0", { works: false });
  await device.checked();
  expect(await device.installed()).toMatchObject({
    state: "error",
    current_version: "1.0.0",
    last_result: "rolled_back",
    failure: { code: "restart_failed", back_on: "1.0.0" },
    refused_versions: ["1.1.0"],
  });
});

test("B19: the update goes on while the API that asked for it is restarted, and the new one tells its end", async () => {
  const health = (home: string) => [{ command: ["test", "-e", `${home}/go`], within: "20s", steady: "0ms" }];
  await using device = await Device.start({ app: (home) => ({ health: health(home) }) });
  await device.publish("1.0.0");
  const { update_id } = (await device.post("/api/update/install")).body;
  await expect.poll(async () => (await status(device)).phase).toBe("health_check");
  await device.restart();
  expect(await status(device)).toMatchObject({ state: "installing", phase: "health_check", update_id });
  await using reader = await EventReader.open(device.url("/api/update/progress"));
  await writeFile(`${device.home}/go`, "");
  const events = await reader.rest();
  expect(events.at(-1)?.event).toEqual({ type: "done", state: "complete", error: null });
  expect(await status(device)).toMatchObject({ state: "complete", current_version: "1.0.0", last_result: "success" });
});

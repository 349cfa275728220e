import { describe, expect, test } from "vitest";
import { answerOf, appClient, deviceClient } from "../../data/device.ts";
import { watchUpdate } from "../../data/watch-update.ts";
import { describedBy } from "../testing/described.ts";
import { deviceStandIn, STAND_IN_TOKEN } from "./device.ts";
import { DEVICE_SCENARIOS, type DeviceScenario } from "./scenarios.ts";

const URL_BASE = "http://device.test";
/** So fast that a whole update takes no time worth waiting for. */
const FAST = { speed: 2_000 };
const names = Object.keys(DEVICE_SCENARIOS) as DeviceScenario[];

const described = describedBy("device");

function appOf(name: DeviceScenario) {
  const fetch = deviceStandIn(name, FAST);
  const options = { url: URL_BASE, app: "", fetch, token: STAND_IN_TOKEN };
  const client = appClient(options);
  return { fetch, options, client, status: () => answerOf(client.GET("/update/status")) };
}

describe.each(names.filter((name) => name !== "unreachable"))("the scenario %s", (name) => {
  test("answers as the API is described", async () => {
    const fetch = deviceStandIn(name, { ...FAST, speed: 1e6 });
    const headers = { authorization: `Bearer ${STAND_IN_TOKEN}` };
    for (const path of ["status", "channels", "changelog", "log", "history", "settings"].map(
      (call) => `/api/update/${call}`,
    )) {
      const response = await fetch(URL_BASE + path, { headers });
      expect(described("GET", path, response.status, await response.json())).toBeNull();
    }
    const apps = await fetch(`${URL_BASE}/api/apps`, { headers });
    expect(described("GET", "/api/apps", apps.status, await apps.json())).toBeNull();
  });
});

test("what a branch's update brought is there afterwards, though nothing is new any more", async () => {
  const { client, status } = appOf("done-branch");
  const { update_id: update } = await status();
  const asked = (query: object) => answerOf(client.GET("/update/changelog", { params: { query } }));
  expect((await asked({})).commits).toEqual([]);
  const brought = await asked({ update });
  expect(brought).toMatchObject({ installed: "1.8.0.dev212", latest: "1.8.0.dev252" });
  expect(brought.commits).toHaveLength(40);
});

test.each<[DeviceScenario, object]>([
  ["up-to-date", { state: "idle", has_update: false, current_version: "2.3.1" }],
  ["never-checked", { state: "idle", last_checked: null }],
  ["checking", { state: "checking" }],
  ["available", { state: "idle", has_update: true, latest_version: "2.4.0" }],
  ["available-branch", { has_update: true, direction: "up", latest_version: "1.8.0.dev252" }],
  ["older", { has_update: false, direction: "down" }],
  ["skipped", { has_update: false, skipped_version: "2.4.0" }],
  ["waiting", { state: "installing", phase: "waiting" }],
  ["installing", { state: "installing", phase: "downloading" }],
  ["restarting", { state: "installing", phase: "restarting" }],
  ["health-check", { state: "installing", phase: "health_check" }],
  ["rolling-back", { state: "installing", phase: "rolling_back" }],
  ["done", { state: "complete", last_result: "success", current_version: "2.4.0", backup_version: "2.3.1" }],
  [
    "done-branch",
    {
      state: "complete",
      last_result: "success",
      current_version: "1.8.0.dev252",
      release: expect.objectContaining({ notes: null }),
    },
  ],
  ["went-back", { state: "complete", last_result: "success", current_version: "2.2.5" }],
  ["rolled-back", { state: "error", last_result: "rolled_back", current_version: "2.3.1", has_update: false }],
  ["power-lost", { state: "error", last_result: "undone", current_version: "2.3.1" }],
  ["disk-full", { state: "error", last_result: "failed", has_update: true }],
  ["nothing-to-go-back-to", { state: "error", last_result: "failed", current_version: "2.4.0" }],
  ["cancelled", { state: "idle", last_result: "cancelled", current_version: "2.3.1" }],
  ["offline", { state: "error", last_result: null, failure: expect.objectContaining({ code: "offline" }) }],
  ["rate-limited", { state: "error", failure: expect.objectContaining({ code: "rate_limited" }) }],
  ["nothing-installed", { current_version: null, has_update: true, can_roll_back: false }],
])("%s is what its name says", async (name, status) => {
  expect(await appOf(name).status()).toMatchObject(status);
});

test("installing stands at 40 %, and was told from its beginning", async () => {
  const { status, client } = appOf("installing");
  const { progress } = await status();
  expect(progress?.percent).toBeGreaterThanOrEqual(40);
  expect(progress?.percent).toBeLessThan(45);
  const { lines } = await answerOf(client.GET("/update/log"));
  expect(lines.map(({ line }) => line)).toContain("Downloading 2.4.0 (14.2 MB)");
});

test("a long history is one: each update begins where the one before has left the app, and says why it went wrong", async () => {
  const { client } = appOf("history-long");
  const { updates } = await answerOf(client.GET("/update/history", { params: { query: { limit: 1_000 } } }));
  expect(updates).toHaveLength(500);
  let before: string | null | undefined;
  for (const { from, to, result, failure } of updates.slice(1).reverse()) {
    if (before !== undefined) expect(from).toBe(before);
    before = result === "success" ? to : from;
    expect([result, failure === null]).toEqual([result, result === "success"]);
    if (result === "undone") expect(failure?.code).toBe("power_lost");
    if (result === "rolled_back") expect(failure?.back_on).toBe(from);
  }
});

async function watched(name: DeviceScenario) {
  const { options, status } = appOf(name);
  const heard = [];
  for await (const event of watchUpdate(options, AbortSignal.timeout(30_000))) heard.push(event);
  const events = heard.flatMap((one) => (one.kind === "event" ? one.event : []));
  return {
    heard,
    events,
    lines: events.flatMap((one) => (one.type === "line" ? one.line : [])),
    status: await status(),
  };
}

test("an install that plays goes over the restart, misses no line and ends with the new release", async () => {
  const { heard, events, lines, status } = await watched("plays");
  expect(heard).toContainEqual({ kind: "connection", isThere: true });
  expect(lines.at(-1)).toBe("✓ Upgraded to 2.4.0 on channel 'stable'");
  expect(new Set(lines).size).toBe(lines.length);
  expect(events.at(-1)).toEqual({ type: "done", state: "complete", error: null });
  expect(status).toMatchObject({ current_version: "2.4.0", state: "complete", progress: null });
});

test("one that goes wrong ends where it began, and isn't offered again", async () => {
  const { events, status } = await watched("plays-broken");
  expect(events.at(-1)).toMatchObject({ type: "done", state: "error" });
  expect(status).toMatchObject({ current_version: "2.3.1", last_result: "rolled_back", refused_versions: ["2.4.0"] });
});

test("what the owner asks for changes what status says", async () => {
  const { client, status } = appOf("available");
  await client.POST("/update/skip", { body: { version: "2.4.0", skip: true } });
  expect(await status()).toMatchObject({ has_update: false, skipped_version: "2.4.0" });
  await client.POST("/update/skip", { body: { version: "2.4.0", skip: false } });
  await client.POST("/update/settings", { body: { auto: { time: "23:00" }, window: "02:00-05:00" } });
  expect((await status()).auto).toMatchObject({ time: "23:00", window: "02:00-05:00" });
  await client.POST("/update/set_channel", { body: { channel: "beta", force: false } });
  expect(await status()).toMatchObject({ channel: "beta", latest_version: null });
  await client.POST("/update/check", { body: { force: false } });
  await expect.poll(async () => (await status()).latest_version).toBe("2.5.0-beta.1");
  await client.POST("/update/install", { body: { force: false } });
  await expect.poll(async () => (await status().catch(() => null))?.state).toBe("complete");
  expect(await status()).toMatchObject({ current_version: "2.5.0-beta.1", last_result: "success" });
  await client.POST("/update/seen");
  expect(await status()).toMatchObject({ state: "idle", last_result: null });
  await client.POST("/update/rollback", { body: {} });
  await expect.poll(async () => (await status().catch(() => null))?.current_version).toBe("2.3.1");
});

test("an update that runs can be cancelled, and is in the way of another one", async () => {
  const { client, status } = appOf("installing");
  await expect(client.POST("/update/install", { body: { force: false } })).rejects.toMatchObject({ code: "busy" });
  await client.POST("/update/cancel");
  expect(await status()).toMatchObject({ state: "idle", last_result: "cancelled" });
  await expect(client.POST("/update/cancel")).rejects.toMatchObject({ status: 409 });
});

test("the nightly timer was quicker", async () => {
  const { client, status } = appOf("busy");
  const install = client.POST("/update/install", { body: { force: false } });
  await expect(install).rejects.toMatchObject({ code: "busy", message: expect.stringContaining("begun 12 s ago") });
  expect((await status()).state).toBe("installing");
});

test("what waits for its window is installed when the owner says so", async () => {
  const { client, status } = appOf("waiting");
  await client.POST("/update/install", { body: { force: false } });
  await expect.poll(async () => (await status().catch(() => null))?.state).toBe("complete");
});

test("without a token nothing is told, and with one a page is signed in", async () => {
  const fetch = deviceStandIn("unauthorized", FAST);
  const client = deviceClient({ url: URL_BASE, fetch });
  await expect(client.GET("/api/apps")).rejects.toMatchObject({ code: "unauthorized", status: 401 });
  await expect(client.POST("/api/session", { body: { token: "guess" } })).rejects.toMatchObject({ status: 401 });
  const session = () => answerOf(client.GET("/api/session"));
  expect(await session()).toMatchObject({ signed_in: false, needed_for: "everything" });
  await client.POST("/api/session", { body: { token: STAND_IN_TOKEN } });
  expect(await session()).toMatchObject({ signed_in: true });
  expect((await answerOf(client.GET("/api/apps"))).apps).toHaveLength(2);
});

test("who guesses has to wait", async () => {
  const client = deviceClient({ url: URL_BASE, fetch: deviceStandIn("unauthorized", FAST) });
  const guess = () => client.POST("/api/session", { body: { token: "guess" } }).catch(({ status }) => status);
  for (let tries = 0; tries < 10; tries++) expect(await guess()).toBe(401);
  expect(await guess()).toBe(429);
});

test("a device that doesn't answer is unreachable", async () => {
  await expect(appOf("unreachable").status()).rejects.toMatchObject({ code: "unreachable" });
});

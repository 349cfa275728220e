import { writeFile } from "node:fs/promises";
import type { Status, StreamEvent } from "@pawl/protocol";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Daemon, startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";
import { progressStream } from "./repeater/stream.ts";
import { authLines, pageToken, SECRET } from "./repeater/token.ts";

// The repeater's update dialog, call by call (contract device-api.md; the page signs in elsewhere and has a JWT).

const TOKEN = pageToken();

let dir: TempDir;
let appliance: Appliance;
let daemon: Daemon;

beforeAll(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "500ms" });
  await appliance.publish("1.0.5");
  expect(await appliance.pawl.run("install")).toMatchObject({ code: 0 });
  await appliance.publish("1.0.6", { notes: "- feat: sensors" });
  await appliance.publish("1.1.0-beta.1", { channel: "beta", notes: "- feat: plugins" });
  await writeFile(dir.join("jwt.key"), SECRET, { mode: 0o600 });
  await appliance.changeConfig((text) => authLines(dir.join("jwt.key")) + text);
  daemon = await startDaemon(appliance);
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

test("the bell: a check when the page opens, and the status twice a second until it is over", async () => {
  // By force: the install asked the source, too, only just now.
  const started = await call("POST", "check", { force: true });
  expect(started).toMatchObject({ success: true, message: "Update check started", state: "checking" });
  const status = await polled();
  expect(status).toMatchObject({
    success: true,
    current_version: "1.0.5",
    latest_version: "1.0.6",
    has_update: true,
    channel: "stable",
    state: "idle",
    error: null,
  });
  expect(status.last_checked).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(await call("POST", "check", {})).toMatchObject({ message: "Using cached result", latest_version: "1.0.6" });
});

test("the dialog: channels and what is new", async () => {
  expect(await call("GET", "channels")).toEqual({
    success: true,
    channels: ["stable", "prerelease", "beta"],
    current_channel: "stable",
  });
  expect(await call("GET", "changelog?max=40")).toMatchObject({
    success: true,
    channel: "stable",
    installed: "1.0.5",
    latest: "1.0.6",
    commits: [{ sha: "1.0.6", short_sha: "1.0.6", body: "- feat: sensors" }],
  });
});

test("Apply beside the channel: switched, checked again, and the changelog is the new channel's", async () => {
  expect(await call("POST", "set_channel", { channel: "beta" })).toEqual({
    success: true,
    channel: "beta",
    message: "Channel switched to 'beta'. Run /api/update/check to verify.",
  });
  expect(await call("GET", "status")).toMatchObject({ latest_version: null, has_update: false, channel: "beta" });
  await call("POST", "check", { force: true });
  expect(await polled()).toMatchObject({ latest_version: "1.1.0-beta.1", has_update: true });
  const changelog = await call("GET", "changelog");
  expect(changelog.commits).toMatchObject([{ sha: "1.1.0-beta.1" }]);
});

test("Install Update: the log as it comes, the restart it looks for, and the version that proves it", async () => {
  const started = await call("POST", "install", {});
  expect(started).toMatchObject({ success: true, state: "installing" });
  expect(String(started.message)).toContain("Update started on channel 'beta'. Watch");
  const again = await raw("POST", "install", {});
  expect(again.status).toBe(409);

  const events = await streamed();
  const lines = events.flatMap((event) => (event.type === "line" ? [event.line] : []));
  expect(events[0]?.type).toBe("connected");
  expect(lines[0]).toMatch(/^\[.* updater\] Starting update…$/);
  expect(lines.some((line) => /^Restarting service in \d+ seconds…$/.test(line))).toBe(true);
  expect(lines.at(-1)).toBe("✓ Upgraded to 1.1.0-beta.1 on channel 'beta'");
  expect(events.at(-1)).toEqual({ type: "done", state: "complete", error: null });
  expect(await call("GET", "status")).toMatchObject({ current_version: "1.1.0-beta.1", state: "complete" });
});

test("Force Reinstall, when there is nothing newer", async () => {
  const refused = await raw("POST", "install", {});
  expect(refused.status).toBe(409);
  expect((await refused.json()) as object).toMatchObject({
    success: false,
    error: 'Already up to date (1.1.0-beta.1). Pass {"force": true} to install it again.',
  });
  expect(await call("POST", "install", { force: true })).toMatchObject({ state: "installing" });
  expect((await streamed()).at(-1)).toMatchObject({ type: "done", state: "complete" });
});

test.each([
  ["POST", "set_channel", {}, 400],
  ["PUT", "check", {}, 405],
  ["GET", "install", undefined, 405],
  ["POST", "install", [1], 400],
] as const)("%s %s with %j is a JSON error, %i", async (method, path, body, code) => {
  const response = await raw(method, path, body);
  expect(response.status).toBe(code);
  expect((await response.json()) as object).toMatchObject({ success: false, error: expect.any(String) });
});

test("Pi-Kit 47: without its JWT the page gets nothing changed", async () => {
  const response = await fetch(`${daemon.url}/api/update/install`, { method: "POST" });
  expect(response.status).toBe(401);
});

async function raw(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${daemon.url}/api/update/${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  return (await (await raw(method, path, body)).json()) as Record<string, unknown>;
}

/** As the page does: each half second, ten seconds at most. */
async function polled(): Promise<Status & { success: boolean }> {
  for (let tries = 0; tries < 20; tries++) {
    const status = (await call("GET", "status")) as unknown as Status & { success: boolean };
    if (status.state !== "checking") return status;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("Version check timed out");
}

async function streamed(): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const { event } of progressStream(`${daemon.url}/api/update/progress?token=${TOKEN}`)) events.push(event);
  return events;
}

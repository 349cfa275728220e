import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callerOf } from "./bad-input/caller.ts";
import { GithubDevice } from "./repeater/github-device.ts";
import { pageToken } from "./repeater/token.ts";

// What each call of the earlier dashboard answers, field by field (device-world.md §1.1, and device-api.md where that wins),
// and how it shows GitHub's limit. repeater-dashboard-branches.test.ts has the same page install.

const TOKEN = pageToken();

let device: GithubDevice;

beforeAll(async () => {
  device = await GithubDevice.create();
});
afterAll(() => device?.[Symbol.asyncDispose]());

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const caller = () => callerOf(device.daemon);

test("status has every field it had, before a check and after", async () => {
  const page = device.page();
  const before = {
    success: true,
    current_version: "1.0.5",
    latest_version: null,
    has_update: false,
    channel: "main",
    last_checked: null,
    state: "idle",
    error: null,
  };
  expect(await page.call("GET", "status")).toMatchObject(before);
  expect(device.forge.requests).toEqual([]);
  expect(await page.call("POST", "check", {})).toEqual({
    success: true,
    message: "Update check started",
    state: "checking",
  });
  await page.check();
  expect([page.dot, page.bell]).toEqual([
    "red",
    { hasUpdate: true, current: "1.0.5", latest: "1.0.6.dev120", error: null },
  ]);
  const after = { ...before, latest_version: "1.0.6.dev120", has_update: true, last_checked: INSTANT };
  const asked = device.forge.requests.length;
  expect(await page.call("GET", "status")).toMatchObject(after);
  expect(await page.call("POST", "check", {})).toMatchObject({ ...after, message: "Using cached result" });
  expect(device.forge.requests).toHaveLength(asked);
});

test("B2 channels and changelog: main before dev, 40 commits of 120, the newest first, each with all it had", async () => {
  const page = device.page();
  expect(await page.call("GET", "channels")).toEqual({
    success: true,
    channels: ["main", "dev"],
    current_channel: "main",
  });
  const changelog = await page.call("GET", "changelog");
  expect(changelog).toMatchObject({ success: true, channel: "main", installed: "1.0.5", latest: "1.0.6.dev120" });
  const sha = device.forge.git.branches.get("main") ?? "";
  expect(changelog.commits).toHaveLength(40);
  expect((changelog.commits as object[])[0]).toEqual({
    sha,
    short_sha: sha.slice(0, 7),
    title: "feat: sensors",
    body: "Plugins.",
    author: "Ann",
    date: INSTANT,
    url: expect.stringMatching(new RegExp(`^https?://.*/me/pi-kit/commit/${sha}$`)),
  });
  const titles = async (query: string) => (await page.call("GET", `changelog?${query}`)).commits as object[];
  expect(await titles("max=-5")).toHaveLength(40);
  expect(await titles("max=lots")).toHaveLength(40);
  expect(await titles("max=100000")).toHaveLength(100);
  expect(await titles("channel=dev&max=100")).toHaveLength(100);
});

test.each([
  ["POST", "set_channel", "{}", 400, "'channel' field is required"],
  ["POST", "set_channel", '{"channel": "  "}', 400, "'channel' field is required"],
  ["POST", "set_channel", '["dev"]', 400, "must be a JSON object"],
  ["POST", "check", '{"force": tr', 400, "must be a JSON object"],
  ["POST", "install", '{"force": tr', 400, "must be a JSON object"],
  ["POST", "install", "[1]", 400, "must be a JSON object"],
  ["PUT", "check", "{}", 405, "PUT"],
  ["GET", "install", undefined, 405, "GET"],
  ["GET", "set_channel", undefined, 405, "GET"],
  ["GET", "nothing", undefined, 404, "nothing"],
] as const)("%s %s with %s is an error in JSON: %i", async (method, path, body, code, says) => {
  const { status, headers, answer } = await caller().call(`/api/update/${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  expect([status, answer.success]).toEqual([code, false]);
  expect(answer.error).toContain(says);
  if (code === 405) expect(headers.get("allow")).toMatch(/GET|POST/);
});

test("a POST without a body or its length is fine, and a body that isn't JSON is no body to a check", async () => {
  const bare = `POST /api/update/check HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`;
  expect(await caller().raw(bare)).toMatch(/^HTTP\/1\.1 200 .*"success":true.*"message":"Using cached result"/s);
  const { status, answer } = await caller().call("/api/update/check", {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "text/plain" },
    body: "force=true",
  });
  expect([status, answer.message]).toEqual([200, "Using cached result"]);
});

test("GET check is a check for who has a token in the header; in the address a token opens the stream alone", async () => {
  const { status, answer } = await caller().get("/api/update/check?force=true", TOKEN);
  expect([status, answer.message]).toEqual([200, "Using cached result"]);
  expect((await caller().get("/api/update/check")).status).toBe(401);
  expect((await caller().get(`/api/update/check?token=${TOKEN}`)).status).toBe(401);
  const stream = await fetch(device.page().streamAddress, { signal: AbortSignal.timeout(10_000) });
  expect([stream.status, stream.headers.get("content-type"), stream.headers.get("x-accel-buffering")]).toEqual([
    200,
    expect.stringMatching(/^text\/event-stream/),
    "no",
  ]);
  await stream.body?.cancel();
});

test("OPTIONS is answered on every call, without a token", async () => {
  for (const path of ["status", "check", "install", "progress", "channels", "set_channel", "changelog"]) {
    const { status } = await fetch(`${device.daemon.url}/api/update/${path}`, { method: "OPTIONS" });
    expect([200, 204], path).toContain(status);
  }
});

test("B1 GitHub's limit: an amber box with the time it ends, what was known stays, and nobody is asked until then", async () => {
  const page = device.page();
  device.forge.quota.useUp();
  await page.call("POST", "check", { force: true });
  await page.check();
  expect([page.dot, page.bell.latest, page.bell.current]).toEqual(["red", "1.0.6.dev120", "1.0.5"]);
  const status = await page.status();
  expect(status).toMatchObject({
    state: "error",
    has_update: true,
    error: page.bell.error,
    failure: { code: "rate_limited", retry_at: INSTANT },
  });
  expect(page.bell.error).toMatch(/has been asked too often.* Next check after \d{4}-/);
  expect(Date.parse(status.failure?.retry_at ?? "") / 1000).toBeCloseTo(device.forge.quota.reset, -1);
  await page.check();
  await page.open();
  expect([page.channels, page.changelog.length, page.channelError]).toEqual([["main", "dev"], 40, ""]);
  const asked = device.forge.requests.length;
  await page.check();
  // A channel that the list has is followed all the same, and looked at when the limit has ended.
  await page.call("POST", "set_channel", { channel: "dev" });
  await page.check();
  expect(device.forge.requests).toHaveLength(asked);
  expect(page.bell).toMatchObject({ latest: "", hasUpdate: false });
  expect(readFileSync(device.channelFile, "utf8")).toBe("dev\n");
});

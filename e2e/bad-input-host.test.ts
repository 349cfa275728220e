import { readFileSync, writeFileSync } from "node:fs";
import type { Fault } from "@pawl/testkit";
import { ReleaseHost } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { SpoiltDevice } from "./bad-input/spoilt.ts";

// Hosts that are away, overrun, or somebody else. What was known stays known, and nothing is changed.
// Where waiting would take minutes: one byte a second, and connections that break off again and again, are in
// packages/device/download/download-file.test.ts and packages/device/sources/github/refusals.test.ts ("bad input: …").

let device: SpoiltDevice;

beforeAll(async () => {
  device = await SpoiltDevice.create();
});
afterEach(() => device.mend());
afterAll(() => device?.[Symbol.asyncDispose]());

const GOES_ON = /Everything keeps working\. Pawl tries again .*; `pawl check --force` tries now\./;

test("bad input: while the host is offline the last known state is kept, §3 offline", async () => {
  const away = await ReleaseHost.start({ root: device.dir.join("host") });
  await device.appliance.changeConfig((text) => text.replace(device.appliance.host.url, away.url));
  expect(await device.appliance.pawl.run("check", "--force")).toMatchObject({ code: 0 });
  const before = await device.status();
  await away[Symbol.asyncDispose]();
  const says = /The update server can't be reached: 127\.0\.0\.1:\d+ refuses the connection\./;
  for (const args of [["check", "--force"], ["install"], ["install", "1.1.0"]]) {
    await device.refused(args, { says, exit: 1, code: "offline" });
  }
  await device.refused(["check", "--force"], { says: GOES_ON, exit: 1, code: "offline" });
  const { current_version, latest_version, has_update, last_checked, release } = before;
  expect([latest_version, has_update]).toEqual(["1.1.0", true]);
  expect(await device.status()).toMatchObject({ current_version, latest_version, has_update, last_checked, release });
  device.mend();
  expect(await device.appliance.pawl.run("check", "--force")).toMatchObject({ code: 0 });
});

test("bad input: a host whose name can't be looked up is offline", async () => {
  await device.appliance.changeConfig((text) => text.replace(device.appliance.host.url, "http://updates.invalid"));
  const says = "the name updates.invalid can't be looked up. Check the network connection.";
  await device.refused(["check", "--force"], { says, exit: 1, code: "offline" });
});

test.each<[string, Fault]>([
  ["403", { kind: "rate-limit", retryAfter: 1800 }],
  ["429", { kind: "status", status: 429, headers: { "retry-after": "1800" } }],
])("bad input: a limit (%s) says when it ends, and is kept to, §3 rate_limited", async (status, fault) => {
  device.appliance.host.fault("/", fault);
  const says =
    /limits how often it may be asked\. Try again after \d{4}-\d\d-\d\dT.*\nHTTP \d+\nNext check at \d\d:\d\d\./;
  const answer = await device.refused(["check", "--force"], { says, exit: 1, code: "rate_limited" });
  const minutes = (Date.parse(answer.retry_at) - Date.now()) / 60_000;
  expect([Math.round(minutes), answer.detail]).toEqual([30, `HTTP ${status}`]);
  const asked = device.appliance.host.requests.length;
  await device.refused(["check"], { says: "Try again after", exit: 1, code: "rate_limited" });
  expect(device.appliance.host.requests).toHaveLength(asked);
});

const PAGE = "answered with a web page instead of";

test.each<[string, string, string, string]>([
  ["the index", "/index.json", `${PAGE} its list of releases`, "check"],
  ["the manifest", "/1.1.0/manifest.json", `${PAGE} its release's manifest`, "check"],
  ["the bundle", "/1.1.0/kitchen", `${PAGE} the release's file`, "install"],
])("bad input: HTML instead of %s, §3 host_error", async (_, path, says, command) => {
  device.appliance.host.fault(path, { kind: "html" });
  const args = command === "check" ? ["check", "--force"] : ["install", "1.1.0"];
  await device.refused(args, { says, exit: 1, code: "host_error" });
});

test.each<[string, string, string]>([
  ["a page that says it is JSON", "<!doctype html><p>Welcome</p>", "isn't JSON. Its publisher must repair it."],
  ["nothing at all", "", "isn't JSON."],
  ["half a list", '{"releases": [{"version": "1.1', "isn't JSON."],
  ["a list of another kind", '{"releases": {"1.1.0": {}}}', "can't be used: releases: expected array"],
  ["a list without its field", '{"items": []}', "can't be used: releases: is missing"],
  [
    "a release without a bundle",
    '{"releases": [{"version": "1.1.0", "manifest": "m"}]}',
    "releases[0].bundle: is missing",
  ],
  [
    "an address on this device",
    '{"releases": [{"version": "1.1.0", "manifest": "file:///etc/passwd", "bundle": "b"}]}',
    "releases[0].manifest: must be an http or https address",
  ],
])("bad input: %s as the index, §3 bad_manifest", async (_, text, says) => {
  writeFileSync(device.dir.join("host", "index.json"), text);
  await device.refused(["check", "--force"], { says, exit: 1, code: "bad_manifest" });
});

test.each<[string, Fault, string, string]>([
  ["a host without it", { kind: "status", status: 404 }, "doesn't have /index.json (HTTP 404)", "not_found"],
  [
    "a host that refuses access",
    { kind: "status", status: 401 },
    "Check the user name, password or token",
    "host_error",
  ],
  ["a host with a fault", { kind: "status", status: 500 }, "has a fault of its own (HTTP 500)", "host_error"],
  ["an index that never ends", { kind: "oversize" }, "is longer than the 16777216 bytes allowed", "too_large"],
  ["a connection that breaks off", { kind: "truncate", after: 40 }, "the connection to 127.0.0.1:", "offline"],
])("bad input: %s, with its code", async (_, fault, says, code) => {
  device.appliance.host.fault("/index.json", fault);
  await device.refused(["check", "--force"], { says, exit: 1, code });
});

test("bad input: a host that hangs is given up after 15 s, §3 offline", async () => {
  device.appliance.host.fault("/index.json", { kind: "hang" });
  const before = device.snapshot();
  const asked = await device.appliance.pawl.run("check", "--force", "--json");
  expect(asked.code).toBe(1);
  const error = expect.stringMatching(/^The update server can't be reached: 127\.0\.0\.1:\d+ sent nothing for 15 s\.$/);
  expect(JSON.parse(asked.stdout)).toMatchObject({ success: false, code: "offline", error });
  expect(device.snapshot()).toEqual(before);
  expect(await device.status()).toMatchObject({ latest_version: "1.1.0", has_update: true, state: "error" });
});

test("§3 secrets: neither a password nor a token of an address is in a log, a report, an error or a file of Pawl's", async () => {
  const secret = "s3cr3t";
  const { host, stateDir, pawl } = device.appliance;
  const address = `${host.url.replace("//", `//me:${secret}@`)}/index.json?token=${secret}`;
  const config = readFileSync(device.appliance.configPath, "utf8").replace(`${host.url}/index.json`, address);
  writeFileSync(device.appliance.configPath, config, { mode: 0o600 });
  const said: string[] = [];
  const run = async (...args: string[]) => {
    const { stdout, stderr } = await pawl.run(...args);
    said.push(stdout, stderr);
  };
  host.fault("/index.json", { kind: "status", status: 401 }, 2);
  await run("check", "--force");
  await run("install", "--json");
  await run("install");
  for (const command of ["status", "log", "history", "config check", "changelog", "channel"]) {
    await run(...command.split(" "));
    await run(...command.split(" "), "--json");
  }
  expect(said.join("")).toContain("Upgraded to 1.1.0");
  expect(said.join("")).not.toContain(secret);
  // config.json is as secret as pawl.yaml itself: packages/device/config/remembered.test.ts.
  const files = device.filesBelow(stateDir).filter((path) => !path.endsWith("/config.json"));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((path) => readFileSync(path, "utf8").includes(secret))).toEqual([]);
});

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callerOf } from "./bad-input/caller.ts";
import { SpoiltDevice } from "./bad-input/spoilt.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

// What hostile or broken programs may send to the API of the built file. All of it is answered in JSON with a 4xx and
// its code; nothing begins, and the daemon goes on serving.

let device: SpoiltDevice;
let daemon: Daemon;
let caller: ReturnType<typeof callerOf>;

beforeAll(async () => {
  device = await SpoiltDevice.create();
  daemon = await startDaemon(device.appliance);
  caller = callerOf(daemon);
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
});

const CHANGES = ["install", "apply", "rollback", "auto", "skip", "set_channel", "settings", "check"];

const BODIES: [what: string, body: string | Buffer][] = [
  ["half an object", '{"force": tr'],
  ["an object and more", '{"force": true} {"version": "1.1.0"}'],
  ["a list", "[]"],
  ["null", "null"],
  ["text", '"1.1.0"'],
  ["a number", "1e400"],
  ["30,000 lists within each other", "[".repeat(30_000) + "]".repeat(30_000)],
  ["5,000 objects within each other", `${'{"force":'.repeat(5_000)}1${"}".repeat(5_000)}`],
  ["bytes that are no text", Buffer.concat([Buffer.from('{"version": "'), randomBytes(64), Buffer.from([0xff, 0xfe])])],
  ["zero bytes", Buffer.alloc(100)],
];

test.each(BODIES)("bad input: %s as a body is refused by every call, §3 bad_request", async (_, body) => {
  const before = device.snapshot();
  for (const verb of CHANGES) {
    const { status, answer } = await caller.post(`/api/update/${verb}`, body);
    expect([status, answer.success, answer.code], verb).toEqual([400, false, "bad_request"]);
    expect(answer.error).toMatch(
      /^(The body must be a JSON object|The field "\w+" is|There is no field)|'\w+' field is/,
    );
  }
  expect(device.snapshot()).toEqual(before);
});

const FIELDS: [verb: string, fields: object][] = [
  ["install", { force: "yes" }],
  ["install", { version: 1.1 }],
  ["install", { version: "../../etc" }],
  ["install", { versoin: "1.0.0" }],
  ["install", { force: true, allow_commands: true }],
  ["apply", { public_keys: [] }],
  ["rollback", { version: null }],
  ["rollback", { version: "-rf" }],
  ["auto", {}],
  ["auto", { enabled: 1 }],
  ["auto", { enabled: true, time: "24:00" }],
  ["skip", { version: "1.1.0" }],
  ["skip", { version: { $gt: "" }, skip: true }],
  ["set_channel", {}],
  ["set_channel", { channel: "../../../other/repo" }],
  ["set_channel", { channel: "a\nb" }],
  ["set_channel", { channel: "x".repeat(100) }],
  ["settings", { window: "02:00" }],
  ["settings", { auto: { install: "true" } }],
  ["settings", { state_dir: "/" }],
];

test.each(FIELDS)("bad input: %s %j is refused, the sentence names the field, §3 bad_request", async (verb, fields) => {
  const before = device.snapshot();
  const { status, answer } = await caller.post(`/api/update/${verb}`, JSON.stringify(fields));
  expect([status, answer.code]).toEqual([400, "bad_request"]);
  expect(answer.error).toMatch(/field "[\w.]+"|'channel' field/);
  expect(device.snapshot()).toEqual(before);
});

test("bad input: names that every object has change nothing of any", async () => {
  for (const verb of ["install", "settings", "check"]) {
    const { status } = await caller.post(
      `/api/update/${verb}`,
      '{"__proto__": {"force": true}, "constructor": {"prototype": 1}}',
    );
    expect([200, 400]).toContain(status);
  }
  expect((await caller.post("/api/update/skip", '{"__proto__": {"version": "1.1.0", "skip": true}}')).status).toBe(400);
  await expect.poll(async () => (await caller.get("/api/update/status")).answer.state).not.toBe("checking");
  expect((await caller.get("/api/update/status")).answer).toMatchObject({
    current_version: "1.0.0",
    skipped_version: null,
  });
});

test("bad input: more than 64 kB are refused, stated or not, §3 payload_too_large", async () => {
  const { status, answer } = await caller.post("/api/update/install", `{"version": "${"1".repeat(70_000)}"}`);
  expect([status, answer.code]).toEqual([413, "payload_too_large"]);
  const chunked = await caller.raw(
    `POST /api/update/install HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${`4000\r\n${" ".repeat(0x4000)}\r\n`.repeat(5)}0\r\n\r\n`,
  );
  expect(chunked).toMatch(/^HTTP\/1\.1 413 .*"code":"payload_too_large"/s);
});

test.each<[string, string, RegExp]>([
  [
    "no HTTP at all",
    "\u0016\u0003\u0001\u0000garbage\r\n\r\n",
    /^HTTP\/1\.1 400 .*"success":false.*"code":"bad_request"/s,
  ],
  [
    "two lengths",
    "POST /api/update/install HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
    /^HTTP\/1\.1 400 /,
  ],
  [
    "a name this device hasn't",
    "GET /api/update/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 403 .*"code":"forbidden"/s,
  ],
  [
    "a page elsewhere",
    "POST /api/update/install HTTP/1.1\r\nHost: HOST\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 403 .*"code":"forbidden"/s,
  ],
  [
    "a path that climbs",
    "GET /api/apps/../../etc/passwd HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 404 .*"code":"not_found"/s,
  ],
])("bad input: %s is answered, and the daemon goes on", async (_, request, answer) => {
  expect(await caller.raw(request)).toMatch(answer);
  expect((await caller.get("/api/update/status")).status).toBe(200);
});

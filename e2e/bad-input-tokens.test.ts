import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callerOf } from "./bad-input/caller.ts";
import { SpoiltDevice } from "./bad-input/spoilt.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

// Who shows something to the API of the built file that it must not believe.

let device: SpoiltDevice;
let daemon: Daemon;
let caller: ReturnType<typeof callerOf>;
const secret = randomBytes(48).toString("base64");

beforeAll(async () => {
  device = await SpoiltDevice.create();
  const path = device.dir.join("jwt.key");
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  await device.appliance.changeConfig((text) => `auth: { jwt: { secret_file: ${path} } }\n${text}`);
  daemon = await startDaemon(device.appliance);
  caller = callerOf(daemon);
});

test("bad input: a good JWT is let in; none at all, an expired, a forged one, and others aren't, §3 unauthorized", async () => {
  const hour = Math.floor(Date.now() / 1000) + 3600;
  const good = jwt({ alg: "HS256" }, { sub: "owner", exp: hour });
  expect((await caller.get("/api/update/status", good)).status).toBe(200);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const rsa = unsigned({ alg: "RS256" }, { exp: hour });
  const hostile = {
    none: null,
    expired: jwt({ alg: "HS256" }, { exp: hour - 7200 }),
    forged: jwt({ alg: "HS256" }, { exp: hour }, "another secret of forty characters or so"),
    "changed afterwards": good.replace(/\.[^.]+\./, `.${part({ sub: "somebody else", exp: hour })}.`),
    unsigned: `${unsigned({ alg: "none" }, { exp: hour })}.`,
    "signed by RSA": `${rsa}.${sign("sha256", Buffer.from(rsa), privateKey).toString("base64url")}`,
    "HS512 by the right secret": jwt({ alg: "HS512" }, { exp: hour }, secret, "sha512"),
    "without an end": jwt({ alg: "HS256" }, { sub: "owner" }),
  };
  const before = device.snapshot();
  for (const [what, token] of Object.entries(hostile)) {
    const { status, answer } = await caller.post("/api/update/install", '{"version": "1.1.0"}', token);
    expect([status, answer.success, answer.code], what).toEqual([401, false, "unauthorized"]);
    expect(answer.error, what).toMatch(/token|sign in|over|expired/i);
    if (token) expect(daemon.stderr() + JSON.stringify(answer)).not.toContain(token);
  }
  expect(device.snapshot()).toEqual(before);
  expect((await caller.get("/api/update/status", good)).answer).toMatchObject({
    state: expect.not.stringMatching("installing"),
  });
});

test("bad input: a token that was revoked is worth nothing, and who tries ten to sign in with has to wait, §3 rate_limited", async () => {
  const made = await device.appliance.pawl.run("token", "create", "page", "--json");
  const { token } = JSON.parse(made.stdout);
  expect((await caller.get("/api/update/status", token)).status).toBe(200);
  expect(await device.appliance.pawl.run("token", "revoke", "page")).toMatchObject({ code: 0 });
  expect(await caller.get("/api/update/status", token)).toMatchObject({
    status: 401,
    answer: { code: "unauthorized" },
  });
  const signedIn = [];
  for (let n = 0; n < 11; n++) signedIn.push(await caller.post("/api/session", JSON.stringify({ token })));
  expect(signedIn[0]).toMatchObject({ status: 401, answer: { code: "unauthorized" } });
  expect(signedIn.at(-1)).toMatchObject({ status: 429, answer: { code: "rate_limited" } });
  expect(Number(signedIn.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("bad input: a page on another site gets no session, §3 forbidden", async () => {
  const headers = { origin: "https://evil.example", "content-type": "application/json" };
  const body = JSON.stringify({ token: jwt({ alg: "HS256" }, { exp: Math.floor(Date.now() / 1000) + 60 }) });
  const { status, answer, headers: answered } = await caller.call("/api/session", { method: "POST", headers, body });
  expect([status, answer.code, answered.get("set-cookie")]).toEqual([403, "forbidden", null]);
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const unsigned = (header: object, claims: object) => `${part({ typ: "JWT", ...header })}.${part(claims)}`;

function jwt(header: object, claims: object, key = secret, hash = "sha256"): string {
  const text = unsigned(header, claims);
  return `${text}.${createHmac(hash, key).update(text).digest("base64url")}`;
}

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
});

import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TempDir } from "@pawl/testkit";
import { expect, onTestFinished, test } from "vitest";
import { Device, type DeviceOptions } from "./testing/device.ts";
import { EventReader } from "./testing/events.ts";
import { assemble, issue, jwkOf, MAKE_KEYS, SECRET, secondsFromNow } from "./testing/jwts.ts";

/** A device that lets in whoever has a JWT signed with SECRET, and the file that holds it. */
async function withSecret(options: DeviceOptions = {}): Promise<{ device: Device; path: string }> {
  const temp = await TempDir.create();
  const path = temp.join("jwt.key");
  await writeFile(path, SECRET, { mode: 0o600 });
  const device = await Device.start({ ...options, auth: { jwt: { secret_file: path }, ...options.auth } });
  onTestFinished(async () => {
    await device[Symbol.asyncDispose]();
    await temp[Symbol.asyncDispose]();
  });
  return { device, path };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const status = async (device: Device, headers: Record<string, string> = {}) =>
  (await device.get("/api/update/status", headers)).status;

test("§4 auth.jwt: with auth.jwt every call needs something, a JWT or an API token", async () => {
  const { device } = await withSecret();
  for (const path of ["/api/update/status", "/api/update/check", "/api/apps"]) {
    expect((await device.get(path)).status, path).toBe(401);
  }
  expect((await device.post("/api/update/install")).status).toBe(401);
  const headers = bearer(await issue());
  expect(await status(device, headers)).toBe(200);
  expect((await device.get("/api/update/check", headers)).status).toBe(200);
  expect((await device.post("/api/update/check", {}, headers)).status).toBe(200);
  expect(await status(device, bearer(await device.tokens.create("page")))).toBe(200);
});

test("with auth.jwt it listens on every interface without a token, and stays closed when the last one goes", async () => {
  const { device } = await withSecret({ listen: "0.0.0.0:0" });
  await device.tokens.create("page");
  await device.tokens.revoke("page");
  const url = `http://127.0.0.1:${device.address.split(":")[1]}/api/update/status`;
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { headers: bearer(await issue()) })).status).toBe(200);
});

test("a key file that can't be used keeps it from starting", async () => {
  const auth = { jwt: { secret_file: "/nowhere/jwt.key" } };
  await expect(Device.start({ auth })).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("/nowhere/jwt.key isn't there"),
  });
});

test("hostile JWTs are 401 in JSON, and nothing of them is logged", async () => {
  const { device } = await withSecret();
  const good = await issue();
  const hostile = [
    assemble({ alg: "none" }, { exp: secondsFromNow(60) }),
    good.replace(/[^.]+$/, "A".repeat(43)),
    await issue({ exp: secondsFromNow(-60) }),
    await issue({}, { alg: "HS256", key: Buffer.alloc(32, "x") }),
    await issue({ padding: "x".repeat(9_000) }),
    "..",
    `${good}.${good}`,
  ];
  for (const token of hostile) {
    const { status, body } = await device.get("/api/update/status", bearer(token));
    expect([status, body.code], token.slice(0, 40)).toEqual([401, "unauthorized"]);
  }
  for (const token of hostile.filter(({ length }) => length > 20)) expect(device.logged.join("")).not.toContain(token);
});

test("without auth.jwt a JWT is just a token nobody knows", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  expect(await status(device, bearer(await issue()))).toBe(401);
});

test("a JWT in the query counts as a token does: only where that is allowed", async () => {
  const token = await issue();
  const { device: strict } = await withSecret();
  expect((await strict.get(`/api/update/status?token=${token}`)).status).toBe(401);
  const { device: lax } = await withSecret({ auth: { token_in_query: true } });
  await using reader = await EventReader.open(lax.url(`/api/update/progress?token=${token}`));
  expect(reader.response.status).toBe(200);
  expect((await lax.get(`/api/update/check?token=${token}`)).status).toBe(401);
  expect(lax.logged.join("")).not.toContain(token);
});

test("session: made from a JWT it lasts no longer than that", async () => {
  const { device } = await withSecret();
  const answer = await device.post("/api/session", { token: await issue({ exp: secondsFromNow(300) }) });
  const [, maxAge] = /Max-Age=(\d+)/.exec(answer.headers.get("set-cookie") ?? "") ?? [];
  expect(Number(maxAge)).toBeGreaterThan(290);
  expect(Number(maxAge)).toBeLessThanOrEqual(300);
  const late = await device.post("/api/session", { token: await issue({ exp: secondsFromNow(-10) }) });
  expect([late.status, late.body.error]).toEqual([401, "This sign-in has expired. Sign in again."]);
});

test("session: made from a JWT it ends with the key that signed it", async () => {
  const { device, path } = await withSecret();
  const answer = await device.post("/api/session", { token: await issue() });
  const cookie = { cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
  expect(await status(device, cookie)).toBe(200);
  await writeFile(path, "another secret that nobody was given so far");
  expect(await status(device, cookie)).toBe(401);
});

test("while the host of a key set is away, JWTs are 502 and API tokens still count", async () => {
  const server = createServer((_, response) => void response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const jwks_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  await using device = await Device.start({ auth: { jwt: { jwks_url } }, tokens: ["page"] });
  const { privateKey, publicKey } = MAKE_KEYS.EdDSA();
  const token = await issue({}, { alg: "EdDSA", key: privateKey, kid: (await jwkOf(publicKey)).x });
  const { status: code, body } = await device.get("/api/update/status", bearer(token));
  expect([code, body.code]).toEqual([502, "offline"]);
  expect(await status(device, bearer(device.secrets.get("page") ?? ""))).toBe(200);
});

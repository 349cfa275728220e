import { createHmac } from "node:crypto";
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { TempDir, TestClock } from "@pawl/testkit";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { Sessions } from "./sessions.ts";
import { assemble } from "./testing/jwts.ts";

const ORIGIN = { token: "0123456789abcdef" };
const DAY_S = 86_400;
const keyOf = async (temp: TempDir) =>
  Buffer.from((await readFile(temp.join("state/.api/session.key"), "utf8")).trim(), "base64url");

test("a session says what it was made from, and outlives a restart", async () => {
  await using temp = await TempDir.create();
  const clock = new TestClock();
  const { value, seconds } = await new Sessions(temp.join("state"), clock).begin(ORIGIN, null);
  expect(seconds).toBe(30 * DAY_S);
  expect(await new Sessions(temp.join("state"), clock).read(value)).toEqual(ORIGIN);
  expect((await stat(temp.join("state/.api/session.key"))).mode & 0o777).toBe(0o600);
});

test("ends after thirty days, or with what it was made from", async () => {
  await using temp = await TempDir.create();
  const clock = new TestClock();
  const sessions = new Sessions(temp.join("state"), clock);
  const now = clock.now().getTime() / 1_000;
  const long = await sessions.begin({ key: "k" }, now + 40 * DAY_S);
  const short = await sessions.begin({ key: "k" }, now + 60.7);
  expect([long.seconds, short.seconds]).toEqual([30 * DAY_S, 60]);
  await clock.advance(59_000);
  expect(await sessions.read(short.value)).toEqual({ key: "k" });
  await clock.advance(1_000);
  expect(await sessions.read(short.value)).toBeNull();
  expect(await sessions.read(long.value)).toEqual({ key: "k" });
  await clock.advance(30 * DAY_S * 1_000);
  expect(await sessions.read(long.value)).toBeNull();
  await expect(sessions.begin({ key: "k" }, now)).rejects.toMatchObject({ code: "unauthorized" });
});

test("what this device has not signed is no session", async () => {
  await using temp = await TempDir.create();
  const sessions = new Sessions(temp.join("state"), new TestClock());
  expect(await sessions.read("anything")).toBeNull();
  const { value } = await sessions.begin(ORIGIN, null);
  const claims = { ...ORIGIN, exp: 9_999_999_999 };
  const sign = async (alg: string, payload: object, key: Uint8Array) =>
    new SignJWT({ ...payload }).setProtectedHeader({ alg }).sign(key);
  const key = await keyOf(temp);
  const other = assemble({ alg: "HS512" }, claims).slice(0, -1);
  for (const wrong of [
    "",
    "a.b.c",
    value.slice(0, -3),
    assemble({ alg: "none" }, claims),
    assemble({ alg: "HS256" }, claims, value.split(".")[2]),
    await sign("HS256", claims, Buffer.alloc(32, "x")),
    `${other}.${createHmac("sha512", key).update(other).digest("base64url")}`,
    await sign("HS256", { exp: claims.exp }, key),
    await sign("HS256", ORIGIN, key),
  ]) {
    expect(await sessions.read(wrong), wrong).toBeNull();
  }
  expect(await sessions.read(await sign("HS256", claims, key))).toEqual(ORIGIN);
});

test("fifty that begin at once share one key", async () => {
  await using temp = await TempDir.create();
  const sessions = new Sessions(temp.join("state"), new TestClock());
  const made = await Promise.all(Array.from({ length: 50 }, () => sessions.begin(ORIGIN, null)));
  for (const { value } of made) expect(await sessions.read(value)).toEqual(ORIGIN);
});

test.each<[string, (path: string) => Promise<void>]>([
  ["is gone", (path) => rm(path)],
  ["is damaged", (path) => writeFile(path, "damaged")],
  ["is open to others", (path) => chmod(path, 0o640)],
])("when the key %s, all sessions have ended, and the next one makes another", async (_, spoil) => {
  await using temp = await TempDir.create();
  const sessions = new Sessions(temp.join("state"), new TestClock());
  const before = await sessions.begin(ORIGIN, null);
  await spoil(temp.join("state/.api/session.key"));
  expect(await sessions.read(before.value)).toBeNull();
  const after = await sessions.begin(ORIGIN, null);
  expect([await sessions.read(before.value), await sessions.read(after.value)]).toEqual([null, ORIGIN]);
  expect((await stat(temp.join("state/.api/session.key"))).mode & 0o777).toBe(0o600);
});

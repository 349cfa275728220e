import { stat } from "node:fs/promises";
import { DoneAnswer, SessionAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { type Answer, Device } from "../testing/device.ts";
import { EventReader } from "../testing/events.ts";
import { rawRequest, requestText } from "../testing/raw-request.ts";

const DAYS_30 = 30 * 86_400;

function signIn(device: Device, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return device.post("/api/session", { token: token ?? device.secrets.get("page") }, headers);
}

const setCookie = ({ headers }: Answer) => headers.get("set-cookie") ?? "";
const cookieOf = (answer: Answer) => ({ cookie: setCookie(answer).split(";")[0] ?? "" });
const ownOrigin = (device: Device) => ({ origin: `http://${device.address}` });

test("session: a token becomes a cookie that no script and no other site gets", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const answer = await signIn(device, undefined, ownOrigin(device));
  expect([answer.status, DoneAnswer.parse(answer.body)]).toEqual([200, { success: true }]);
  const [pair, ...rules] = setCookie(answer).split("; ");
  expect(pair).toMatch(/^pawl_session=[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(rules.sort()).toEqual(["HttpOnly", `Max-Age=${DAYS_30}`, "Path=/", "SameSite=Strict"]);
  expect(setCookie(answer)).not.toContain(device.secrets.get("page"));
  expect((await stat(`${device.stateDir}/.api/session.key`)).mode & 0o777).toBe(0o600);
});

test.each([
  ["https", true],
  ["HTTPS, http", true],
  ["http", false],
  ["http, https", false],
])("session: behind a proxy that says %s, the cookie is Secure: %s", async (proto, isSecure) => {
  await using device = await Device.start({ tokens: ["page"] });
  const cookie = setCookie(await signIn(device, undefined, { "x-forwarded-proto": proto }));
  expect(cookie.split("; ").includes("Secure")).toBe(isSecure);
});

test("session: the cookie lets a page read and watch, and change what its own address asks for", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const cookie = cookieOf(await signIn(device));
  expect((await device.get("/api/update/status", cookie)).status).toBe(200);
  await using reader = await EventReader.open(device.url("/api/update/progress"), cookie);
  expect(reader.response.status).toBe(200);
  expect((await device.post("/api/update/check", {}, { ...cookie, ...ownOrigin(device) })).status).toBe(200);
  expect((await device.post("/api/update/ticket", {}, { ...cookie, ...ownOrigin(device) })).status).toBe(200);
});

test("session: with the cookie alone nothing changes: an Origin must say that it is our own page", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: { cors: ["https://dashboard.example"] } });
  const cookie = cookieOf(await signIn(device));
  const port = device.address.split(":")[1];
  const origins = ["https://evil.example", "https://dashboard.example", "null", `http://localhost:${port}`];
  for (const headers of [
    {},
    ...[...origins, "http://127.0.0.1", "http://127.0.0.1:8080"].map((origin) => ({ origin })),
  ]) {
    for (const verb of ["check", "install", "cancel", "ticket"]) {
      const { status, body } = await device.post(`/api/update/${verb}`, {}, { ...cookie, ...headers });
      expect([status, body.code], `${verb} ${JSON.stringify(headers)}`).toEqual([403, "forbidden"]);
    }
  }
  expect((await device.get("/api/update/status")).status).toBe(401);
});

test("session: GET check takes no cookie, wherever it comes from", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const cookie = cookieOf(await signIn(device));
  expect((await device.get("/api/update/check", cookie)).status).toBe(401);
  expect((await device.get("/api/update/check", { ...cookie, ...ownOrigin(device) })).status).toBe(401);
});

test("session: ends at once when its token is revoked, and not with another's", async () => {
  await using device = await Device.start({ tokens: ["page", "other"] });
  const cookie = cookieOf(await signIn(device));
  await device.tokens.revoke("other");
  expect((await device.get("/api/update/status", cookie)).status).toBe(200);
  await device.tokens.revoke("page");
  await device.tokens.create("page");
  const { status, body } = await device.get("/api/update/status", cookie);
  expect([status, body]).toMatchObject([
    401,
    { code: "unauthorized", error: "This session has ended. Sign in again." },
  ]);
});

test("session: DELETE clears the cookie, with or without one", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  for (const headers of [{}, cookieOf(await signIn(device))]) {
    const answer = await device.call("/api/session", { method: "DELETE", headers });
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect(setCookie(answer)).toMatch(/^pawl_session=; .*Max-Age=0/);
    expect(setCookie(answer)).toMatch(/HttpOnly/);
  }
});

test("session: GET says whether the caller is signed in, by the cookie or the token that it shows", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const isSignedIn = async (headers: Record<string, string>) => {
    const { status, headers: answered, body } = await device.get("/api/session", headers);
    expect([status, answered.get("cache-control")]).toEqual([200, "no-store"]);
    return SessionAnswer.parse(body).signed_in;
  };
  const cookie = cookieOf(await signIn(device));
  const bearer = { authorization: `Bearer ${device.secrets.get("page")}` };
  expect([await isSignedIn({}), await isSignedIn(cookie), await isSignedIn(bearer)]).toEqual([false, true, true]);
  expect(await isSignedIn({ cookie: "pawl_session=made.up" })).toBe(false);
  expect(await isSignedIn({ ...cookie, authorization: "Bearer wrong" })).toBe(false);
  await device.tokens.revoke("page");
  await device.tokens.create("other");
  expect([await isSignedIn(cookie), await isSignedIn(bearer)]).toEqual([false, false]);
});

test.each([
  ["nothing", { tokens: [] }],
  ["everything", { tokens: ["page"] }],
  ["changes", { tokens: ["page"], auth: { public_status: true } }],
  ["nothing", { tokens: [], auth: { public_status: true } }],
])("session: GET says that a token is needed for %s", async (neededFor, options) => {
  await using device = await Device.start(options);
  const answer = (await device.get("/api/session")).body;
  expect(answer).toEqual({ success: true, signed_in: false, needed_for: neededFor });
  const read = (await device.get("/api/update/status")).status;
  const change = (await device.post("/api/update/check", {})).status;
  expect([read, change]).toEqual([neededFor === "everything" ? 401 : 200, neededFor === "nothing" ? 200 : 401]);
});

test("session: no other site's page signs anybody in or out, or hears who is", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  for (const origin of ["https://evil.example", "null"]) {
    const signedIn = await signIn(device, undefined, { origin });
    const signedOut = await device.call("/api/session", { method: "DELETE", headers: { origin } });
    const asked = await device.get("/api/session", { origin });
    expect([signedIn.status, signedOut.status, asked.status]).toEqual([403, 403, 403]);
    expect(setCookie(signedIn) + setCookie(signedOut)).toBe("");
  }
});

test.each([["{}"], ['{"token": ""}'], ['{"token": 4}'], ['{"token": "a", "x": 1}'], ["[]"], ["{"], ["a"], ["null"]])(
  "session: the body %s is a bad request",
  async (text) => {
    await using device = await Device.start({ tokens: ["page"] });
    const answer = await device.post("/api/session", text);
    expect([answer.status, answer.body.code, setCookie(answer)]).toEqual([400, "bad_request", ""]);
  },
);

test("session: wrong tokens are 401, and after ten the address has to wait, even with the right one", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  for (let n = 0; n < 5; n++) await signIn(device);
  const answers = await Promise.all(Array.from({ length: 15 }, (_, n) => signIn(device, `pawl_${n}`)));
  const codes = answers.map(({ status, body }) => `${status} ${body.code}`).sort();
  expect(codes).toEqual([...Array(10).fill("401 unauthorized"), ...Array(5).fill("429 rate_limited")]);
  const right = await signIn(device);
  expect([right.status, setCookie(right)]).toEqual([429, ""]);
  const seconds = Number(right.headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(50);
  expect(seconds).toBeLessThanOrEqual(60);
  const headers = { authorization: `Bearer ${device.secrets.get("page")}` };
  expect((await device.get("/api/update/status", headers)).status).toBe(200);
});

test("session: a cookie is worth nothing on another device, and a wrong token beside it isn't overlooked", async () => {
  await using one = await Device.start({ tokens: ["page"] });
  await using other = await Device.start({ tokens: ["page"] });
  const cookie = cookieOf(await signIn(one));
  await signIn(other);
  expect((await other.get("/api/update/status", cookie)).status).toBe(401);
  expect((await one.get("/api/update/status", { ...cookie, authorization: "Bearer wrong" })).status).toBe(401);
});

test("session: over a unix socket, as a proxy on this device does it", async () => {
  await using device = await Device.start({ listen: "unix:TEMP/api.sock", tokens: ["page"] });
  const body = JSON.stringify({ token: device.secrets.get("page") });
  const headers = { Host: "kitchen.example", Origin: "https://kitchen.example", "Content-Length": `${body.length}` };
  const signedIn = await rawRequest(device.address, requestText("POST /api/session", headers, body));
  const Cookie = /set-cookie: (\S+);/i.exec(signedIn.head)?.[1] ?? "";
  const own = { Host: "kitchen.example", Origin: "https://kitchen.example", Cookie };
  expect((await rawRequest(device.address, requestText("POST /api/update/check", own))).status).toBe(200);
  const foreign = { ...own, Origin: "https://evil.example" };
  expect((await rawRequest(device.address, requestText("POST /api/update/check", foreign))).status).toBe(403);
});

import { type IncomingMessage, request } from "node:http";
import { expect, test } from "vitest";
import { Device } from "./testing/device.ts";

/**
 * A call as the browser makes it for a page of `http://evil.example:<port>`, whose name server says 127.0.0.1 by now:
 * for the browser it is the page's own address.
 */
async function reboundCall(device: Device, method: string, path: string, headers: Record<string, string> = {}) {
  const port = Number(device.address.split(":").at(-1));
  const outgoing = request({
    host: "evil.example",
    port,
    method,
    path,
    headers: { "sec-fetch-site": "same-origin", ...headers },
    lookup: (_name, options, found) =>
      options.all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4),
  });
  outgoing.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
  });
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}

const CALLS = [
  ["GET", "/api/update/status"],
  ["GET", "/api/update/check"],
  ["GET", "/api/update/progress"],
  ["GET", "/api/apps"],
  ["POST", "/api/update/install"],
  ["POST", "/api/update/ticket"],
  ["POST", "/api/session"],
  ["DELETE", "/api/session"],
] as const;

test("a page whose name is rebound to this device learns and changes nothing while there is no token", async () => {
  await using device = await Device.start();
  const port = device.address.split(":")[1];
  for (const [method, path] of CALLS) {
    const origin = `http://evil.example:${port}`;
    const { status, body } = await reboundCall(device, method, path, method === "GET" ? {} : { origin });
    expect([status, body.code], `${method} ${path}`).toEqual([403, "forbidden"]);
    expect(Object.keys(body).sort()).toEqual(["code", "error", "success"]);
  }
  expect((await device.get("/api/update/status")).body.last_checked).toBeNull();
});

test("X-Forwarded-Host and its like are believed by nobody", async () => {
  await using device = await Device.start();
  const headers = {
    "x-forwarded-host": device.address,
    "x-forwarded-for": "127.0.0.1",
    "x-original-host": device.address,
    forwarded: `host="${device.address}"`,
  };
  expect((await reboundCall(device, "GET", "/api/update/status", headers)).status).toBe(403);
});

test("a name in auth.cors is no name of this device", async () => {
  await using device = await Device.start({ auth: { cors: ["http://evil.example"] } });
  const origin = { origin: "http://evil.example" };
  expect((await reboundCall(device, "POST", "/api/update/check", origin)).status).toBe(403);
});

test("with a token such a page has nothing to show, and one that has is let in under any name", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  for (const [method, path] of CALLS.slice(0, 6)) {
    expect((await reboundCall(device, method, path)).status, `${method} ${path}`).toBe(401);
  }
  const authorization = `Bearer ${device.secrets.get("page")}`;
  expect((await reboundCall(device, "GET", "/api/update/status", { authorization })).status).toBe(200);
});

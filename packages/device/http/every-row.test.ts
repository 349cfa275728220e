import { afterAll, beforeAll, expect, test } from "vitest";
import { EventStreams } from "./event-streams.ts";
import { updateRoutes } from "./routes/index.ts";
import { Device } from "./testing/device.ts";
import { Tickets } from "./tickets.ts";

// What the contract (§1) says of every row of its table at once.

const routes = updateRoutes({ streams: new EventStreams({ onFault: () => undefined }), tickets: new Tickets() });
const rows = routes.map(({ method, path, effect }) => [method, path, effect] as const);
const reads = rows.filter(([, path, effect]) => effect === "read" && path !== "progress");
const changes = rows.filter(([, , effect]) => effect !== "read");

/** What says something to each call that takes a body. */
const BODIES: Record<string, object> = {
  auto: { enabled: true },
  skip: { version: "9.9.9", skip: true },
  set_channel: { channel: "stable" },
  settings: { channel: null },
};

let open: Device;
let closed: Device;
beforeAll(async () => {
  open = await Device.start();
  closed = await Device.start({ tokens: ["page"] });
  for (const device of [open, closed]) {
    await device.have("1.0.0");
    await device.have("1.1.0");
  }
});
afterAll(async () => {
  await open?.[Symbol.asyncDispose]();
  await closed?.[Symbol.asyncDispose]();
});

test.each(reads)("§1 envelope: %s %s answers with success: true, in JSON that nobody keeps", async (method, path) => {
  const { status, headers, body } = await open.call(`/api/update/${path}`, { method });
  expect([status, body.success]).toEqual([200, true]);
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(headers.get("cache-control")).toBe("no-store");
});

test.each(changes)("§1 envelope: %s %s answers with success: true, or says why not", async (method, path) => {
  const { status, headers, body } = await (method === "GET"
    ? open.get(`/api/update/${path}`)
    : open.post(`/api/update/${path}`, BODIES[path] ?? {}));
  await open.app.settled();
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  if (body.success) expect(status).toBe(200);
  else expect([status >= 400, body.error, body.code]).toEqual([true, expect.any(String), expect.any(String)]);
  expect(JSON.stringify(body)).not.toMatch(/<html|\n\s+at /);
});

test.each(changes)(
  "§1 rules: %s %s needs an authenticated caller, and does nothing without one",
  async (method, path) => {
    const before = (await closed.get("/api/update/status", bearer())).body;
    for (const headers of [{}, { authorization: "Bearer pawl_wrong" }, { cookie: "pawl_session=made.up" }]) {
      const { status, body } = await closed.call(`/api/update/${path}`, { method, headers });
      expect([status, body.success, body.code]).toEqual([401, false, "unauthorized"]);
    }
    await closed.app.settled();
    expect((await closed.get("/api/update/status", bearer())).body).toEqual(before);
  },
);

test.each(reads)("§1 rules: %s %s needs one too, unless auth.public_status says otherwise", async (method, path) => {
  expect((await closed.call(`/api/update/${path}`, { method })).status).toBe(401);
  expect((await closed.call(`/api/update/${path}`, { method, headers: bearer() })).status).toBe(200);
});

test.each(["check", "install", "apply", "cancel", "rollback", "seen", "ticket", "settings"])(
  "§1 rules: POST %s without a body is fine",
  async (path) => {
    const { body } = await open.post(`/api/update/${path}`);
    await open.app.settled();
    // There may be nothing to do, which is said in other words than those for a body.
    expect(body.error ?? "").not.toMatch(/body|field/);
    expect(["up_to_date", "no_backup", "bad_request", undefined]).toContain(body.code);
  },
);

test.each(["auto", "skip", "set_channel"])(
  "§1 rules: POST %s without a body says which field it needs",
  async (path) => {
    const { status, body } = await open.post(`/api/update/${path}`);
    expect([status, body.code]).toEqual([400, "bad_request"]);
    expect(body.error).toMatch(/"(enabled|version|skip)" is missing|'channel' field is required/);
  },
);

function bearer(): Record<string, string> {
  return { authorization: `Bearer ${closed.secrets.get("page")}` };
}

import { TicketAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";
import { EventReader } from "../testing/events.ts";

const bearer = (device: Device) => ({ authorization: `Bearer ${device.secrets.get("page")}` });

async function ticketOf(device: Device, base = "/api/update"): Promise<string> {
  const { status, headers, body } = await device.post(`${base}/ticket`, undefined, bearer(device));
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  return TicketAnswer.parse(body).ticket;
}

test("ticket: lets one EventSource in, once", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const path = `/api/update/progress?ticket=${await ticketOf(device)}`;
  await using reader = await EventReader.open(device.url(path));
  expect([reader.response.status, (await reader.next())?.event.type]).toEqual([200, "connected"]);
  const { status, body } = await device.get(path);
  expect([status, body.code]).toEqual([401, "unauthorized"]);
});

test("ticket: of ten that come with the same one at once, one is let in", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const url = device.url(`/api/update/progress?ticket=${await ticketOf(device)}`);
  const readers = await Promise.all(Array.from({ length: 10 }, () => EventReader.open(url)));
  const statuses = readers.map(({ response }) => response.status).sort();
  expect(statuses).toEqual([200, ...Array(9).fill(401)]);
  for (const reader of readers) await reader[Symbol.asyncDispose]();
});

test("ticket: any app's serves any app's progress", async () => {
  await using device = await Device.start({ tokens: ["page"], apps: ["kitchen", "hall"] });
  const ticket = await ticketOf(device, "/api/apps/hall/update");
  await using reader = await EventReader.open(device.url(`/api/update/progress?ticket=${ticket}`));
  expect(reader.response.status).toBe(200);
});

test("ticket: counts for GET progress and for nothing else, and isn't used up by that", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const ticket = await ticketOf(device);
  for (const verb of ["status", "log", "history", "check"]) {
    expect((await device.get(`/api/update/${verb}?ticket=${ticket}`)).status, verb).toBe(401);
  }
  for (const verb of ["install", "check", "rollback", "ticket"]) {
    expect((await device.post(`/api/update/${verb}?ticket=${ticket}`)).status, verb).toBe(401);
  }
  expect((await device.call(`/api/update/progress?ticket=${ticket}`, { method: "HEAD" })).status).toBe(401);
  expect((await device.get("/api/update/status", { authorization: `Bearer ${ticket}` })).status).toBe(401);
  await using reader = await EventReader.open(device.url(`/api/update/progress?ticket=${ticket}`));
  expect(reader.response.status).toBe(200);
});

test("ticket: only who may change something gets one, also where everybody may read", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: { public_status: true } });
  expect((await device.post("/api/update/ticket")).status).toBe(401);
  expect(await ticketOf(device)).toMatch(/^[\w-]{43}$/);
});

test("ticket: a device without tokens hands them out, too, so that pages need not know", async () => {
  await using device = await Device.start();
  const { ticket } = TicketAnswer.parse((await device.post("/api/update/ticket")).body);
  await using reader = await EventReader.open(device.url(`/api/update/progress?ticket=${ticket}`));
  expect(reader.response.status).toBe(200);
});

test("ticket: neither it nor a token in the query is ever in the log or in an answer", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: { token_in_query: true } });
  const ticket = await ticketOf(device);
  const token = device.secrets.get("page") ?? "";
  for (const query of [`ticket=${ticket}`, `token=${token}`, `ticket=${ticket}&token=${token}`]) {
    for (const path of ["/api/update/status", "/api/nothing", "/api/update/log", "/api/apps/attic/update/status"]) {
      expect(JSON.stringify((await device.get(`${path}?${query}`)).body)).not.toMatch(new RegExp(`${ticket}|${token}`));
    }
    await device.call(`/api/update/progress?${query}`, { method: "HEAD" });
    await device.post(`/api/update/install?${query}`, "[");
  }
  expect(device.logged.length).toBeGreaterThan(15);
  expect(device.logged.join("")).not.toMatch(new RegExp(`${ticket}|${token}`));
});

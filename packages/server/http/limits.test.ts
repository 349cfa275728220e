import { afterAll, beforeAll, expect, test } from "vitest";
import { assertDescribed } from "./testing/described-answer.ts";
import { type ServedServer, serveAll } from "./testing/served-server.ts";

const SLOW = { requests_per_second: 0.1, burst: 4 };
const served: ServedServer[] = [];

beforeAll(async () => {
  const trusted_proxies = ["127.0.0.1"];
  served.push(await serveAll({ config: { limits: SLOW, trusted_proxies } }));
  served.push(await serveAll({ config: { limits: { ...SLOW, loopback_exempt: false } } }));
});
afterAll(() => Promise.all(served.map((server) => server[Symbol.asyncDispose]())));

test("a client that asks too often is told when to come back, and nobody else is", async () => {
  const [server] = served as [ServedServer];
  const ask = (address: string, path = "/api/v2/server", token?: string) =>
    server.call(path, { token, headers: { "x-forwarded-for": address } });
  for (let n = 0; n < 4; n++) expect((await ask("2001:db8::1")).status).toBe(200);
  const refused = await ask("2001:db8::2");
  assertDescribed("GET", "/api/v2/server", refused.status, refused.json);
  expect([refused.status, refused.json.error.code]).toEqual([429, "too_many_requests"]);
  const after = Number(refused.headers.get("retry-after"));
  expect(after > 20 && after <= 40).toBe(true);

  expect((await ask("2001:db8:0:1::1")).status).toBe(200);
  expect((await ask("127.0.0.1")).status).toBe(200);
  // Probes, pages and the dialects, whose clients don't know 429.
  for (const path of ["/health/live", "/favicon.ico", "/api/distros"])
    expect((await ask("2001:db8::1", path)).status).toBe(200);
  // A token counts by itself; a wrong one with whoever sends it.
  expect((await ask("2001:db8::1", "/api/v2/server", await server.tokenFor("stats:read"))).status).toBe(200);
  expect((await ask("2001:db8::1", "/api/v2/server", "pawl_wrong")).status).toBe(429);
});

test("this machine has a limit, too, where the operator says so", async () => {
  const [, server] = served as [ServedServer, ServedServer];
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) statuses.push((await server.call("/api/v2/server")).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
});

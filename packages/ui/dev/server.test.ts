import { afterAll, beforeAll, expect, test } from "vitest";
import { devServer } from "./server.ts";

let server: Awaited<ReturnType<typeof devServer>>;
let url = "";

beforeAll(async () => {
  server = await devServer({ port: 0, host: "127.0.0.1" });
  url = server.resolvedUrls?.local[0] ?? "";
});
afterAll(() => server.close());

const ask = (path: string) => fetch(new URL(path, url), { redirect: "manual" });

test("a program's page is at all of its addresses, and finds its root and its API in its scenario", async () => {
  const page = await ask("sites/server~queue-long/console/builds/0123");
  const html = await page.text();
  expect(html).toContain('name="pawl-root" content="/sites/server~queue-long/"');
  expect(html).toContain('src="/console/pawl-console.ts"');
  expect(page.headers.get("content-security-policy")).toContain("style-src 'self'");
  const stats = await (await ask("sites/server~queue-long/api/v2/stats/summary")).json();
  expect(stats).toMatchObject({ queue_length: 300 });
});

test("a scenario goes on from page to page until it is begun anew", async () => {
  const status = async () => (await ask("sites/device~available/api/update/status")).json();
  await fetch(new URL("sites/device~available/api/update/skip", url), {
    method: "POST",
    body: JSON.stringify({ version: "2.4.0", skip: true }),
  });
  expect(await status()).toMatchObject({ skipped_version: "2.4.0" });
  const begun = await ask("sites/device/apps/kitchen?scenario=available&line=3");
  expect(begun.status).toBe(303);
  expect(begun.headers.get("location")).toBe("/sites/device~available/apps/kitchen?line=3");
  expect(await status()).toMatchObject({ skipped_version: null });
});

test.each([
  ["", "/gallery/"],
  ["gallery", "/gallery/"],
  ["sites/device~done?scheme=dark", "/sites/device~done/?scheme=dark"],
  ["embed~done", "/embed~done/"],
])("/%s, as somebody types it, leads to %s", async (typed, to) => {
  const { status, headers } = await ask(typed);
  expect([status, headers.get("location")]).toEqual([303, to]);
});

test("elements come from their sources", async () => {
  const source = await ask("gallery/place.ts");
  expect(await source.text()).toContain("export function placeOf");
});

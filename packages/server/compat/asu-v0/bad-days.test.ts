import { afterEach, expect, test } from "vitest";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";

const NOBODY_THERE = { upstream_url: "http://127.0.0.1:9" };

let served: ServedDialect | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

async function serve(config: Record<string, unknown>): Promise<(path: string, fields?: unknown) => Promise<Response>> {
  const { url } = await take(config);
  return (path, fields) => fetch(url + path, fields ? { method: "POST", body: JSON.stringify(fields) } : {});
}

async function take(config: Record<string, unknown>): Promise<ServedDialect> {
  served = await serveDialect(config);
  return served;
}

const DEVICE = { distro: "openwrt", version: "25.12.0", target: "x86/64", installed: { busybox: "1" } };

test("a mirror that never answered is 503 with Retry-After everywhere, and lists of the dialect's own stay", async () => {
  const ask = await serve({ distributions: { openwrt: NOBODY_THERE } });
  const answers = await Promise.all([
    ask("/api/upgrade-check", DEVICE),
    ask("/api/upgrade-check", { distro: "openwrt" }),
    ask("/api/build-request", { ...DEVICE, board: "generic" }),
    ask("/api/distributions"),
    ask("/api/versions"),
    ask("/api/v1/supported"),
    ask("/api/models?distro=openwrt&version=25.12.0"),
    ask("/api/packages_image?distro=openwrt&version=25.12.0&target=x86/64&profile=generic"),
  ]);
  for (const answer of answers) {
    expect([answer.status, await answer.json()], answer.url).toEqual([503, { error: expect.any(String) }]);
    expect(Number(answer.headers.get("retry-after")), answer.url).toBeGreaterThan(0);
  }
  expect((await ask("/api/v1/stats/image_stats")).status).toBe(200);
  expect((await ask("/api/v1/packages_hash/000000000000")).status).toBe(404);
});

test("a distribution whose mirror is down is listed without versions, and the others answer", async () => {
  const ask = await serve({ distributions: { other: { ...NOBODY_THERE, title: "Other" } } });
  const distributions = (await (await ask("/api/distributions")).json()) as Record<string, object>;
  expect(distributions).toMatchObject({ openwrt: { latest: "25.12.1" }, other: { latest: "", versions: {} } });
  expect((await ask("/api/upgrade-check", DEVICE)).status).toBe(200);
  expect((await ask("/api/upgrade-check", { ...DEVICE, distro: "other" })).status).toBe(503);
  const versions = (await (await ask("/api/versions")).json()) as { distro: string }[];
  expect(versions.some(({ distro }) => distro === "openwrt")).toBe(true);
});

test("what was read once is answered while the mirror is down", async () => {
  const ask = await serve({});
  expect((await ask("/api/upgrade-check", DEVICE)).status).toBe(200);
  await served?.mirror.stop();
  expect((await ask("/api/upgrade-check", DEVICE)).status).toBe(200);
  expect((await ask("/api/distributions")).status).toBe(200);
});

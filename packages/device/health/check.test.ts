import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HealthConfig, ServiceConfig } from "@pawl/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestClock } from "../../testkit/clock.ts";
import { run } from "../system/run.ts";
import { createServices } from "../system/services.ts";
import { canProve, checkHealth, createProbes, type HealthProbe, type HealthReading } from "./index.ts";

let clock: TestClock;
let lines: string[];
let servers: Server[];
const { signal } = new AbortController();

beforeEach(() => {
  clock = new TestClock({ auto: true });
  lines = [];
  servers = [];
});
afterEach(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: RequestListener): Promise<{ server: Server; at: string }> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, at: `http://127.0.0.1:${(server.address() as AddressInfo).port}/version` };
}

function check(health: object[], expectedVersion: string | null = "1.1.0", lookMs = 2000) {
  const probes = createProbes(HealthConfig.array().parse(health), createServices([], run), run);
  return checkHealth({ probes, expectedVersion, clock, signal, onLine: (line) => lines.push(line), lookMs });
}

function probeOf(look: (n: number) => HealthReading, { withinMs = 60_000, steadyMs = 10_000 } = {}): HealthProbe {
  let n = 0;
  return { name: "the app", withinMs, steadyMs, probe: async () => look(++n) };
}

function checkProbes(probes: HealthProbe[], more: { signal?: AbortSignal } = {}) {
  return checkHealth({ probes, expectedVersion: null, clock, signal, onLine: (line) => lines.push(line), ...more });
}

const down: HealthReading = { ok: false, reason: "refused the connection" };

test("§4 health, §6 health check: is content with an app that reports the new version for as long as it is watched", async () => {
  let asked = 0;
  const { at } = await serve((_, response) => {
    asked++;
    response.end(JSON.stringify({ version: "v1.1.0" }));
  });
  expect(await check([{ http: at, version_at: "version", steady: "10s" }])).toEqual({ ok: true });
  expect(asked).toBe(21); // The first look, then one every half second.
  expect(lines).toEqual([`${at} works; watching it for 10 s`]);
});

test("waits for an app that starts slowly", async () => {
  let asked = 0;
  const { at } = await serve((_, response) => {
    response.statusCode = ++asked < 10 ? 503 : 200;
    response.end();
  });
  expect(await check([{ http: at }])).toEqual({ ok: true });
  expect(lines[0]).toBe(`Waiting: ${at} answered with HTTP status 503`);
});

test("says which version answered when it is the old one until the end", async () => {
  const { at } = await serve((_, response) => response.end('{"version": "1.0.0"}'));
  expect(await check([{ http: at, version_at: "version" }])).toEqual({
    ok: false,
    reason: `${at} answered 1.0.0 instead of 1.1.0 until 60 s were over`,
  });
  expect(clock.monotonic()).toBe(60_000);
});

test("notices an app that answers and then dies", async () => {
  let asked = 0;
  const { server, at } = await serve((_, response) => {
    response.end('{"version": "1.1.0"}');
    if (++asked === 8) server.close();
  });
  expect(await check([{ http: at, version_at: "version" }])).toEqual({
    ok: false,
    reason: `${at} worked, then refused the connection after 4 s`,
  });
});

test("gives up on a port that never opens", async () => {
  const { server, at } = await serve(() => {});
  await new Promise((resolve) => server.close(resolve));
  const port = new URL(at).port;
  expect(await check([{ tcp: `127.0.0.1:${port}`, within: "5s" }])).toEqual({
    ok: false,
    reason: `127.0.0.1:${port} refused the connection until 5 s were over`,
  });
});

test("bad input: does not wait for an app that takes the request and never answers", async () => {
  const { at } = await serve(() => {});
  expect(await check([{ http: at, within: "1s" }], null, 100)).toEqual({
    ok: false,
    reason: `${at} gave no answer for 0.1 s until 1 s were over`,
  });
});

test("ends all probes with the first that fails for good", async () => {
  const patient = probeOf(() => down, { withinMs: 3_600_000 });
  const quick = { ...probeOf(() => ({ ok: false, reason: "said no" }), { withinMs: 1000 }), name: "the other" };
  expect(await checkProbes([patient, quick])).toEqual({
    ok: false,
    reason: "the other said no until 1 s were over",
  });
  expect(clock.monotonic()).toBeLessThan(2000);
});

test("needs every probe", async () => {
  const { at } = await serve((_, response) => response.end());
  const listener = await serve(() => {});
  expect(await check([{ http: at }, { tcp: new URL(listener.at).host }, { command: ["true"] }])).toEqual({ ok: true });
  expect(await check([{ http: at }, { command: ["false"], within: "1s" }])).toEqual({
    ok: false,
    reason: "false said no: it ended with exit code 1 until 1 s were over",
  });
});

test("one failed look while it is watched is enough", async () => {
  const flaky = probeOf((n) => (n === 5 ? down : { ok: true }));
  expect(await checkProbes([flaky])).toEqual({
    ok: false,
    reason: "the app worked, then refused the connection after 2 s",
  });
});

test("a process suspended past the deadline looks once more before it condemns", async () => {
  const app = probeOf((n) => {
    if (n === 1) clock.suspend(120_000);
    return n === 1 ? down : { ok: true };
  });
  expect(await checkProbes([app])).toEqual({ ok: true });
});

test.each(["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])(
  "§2 deadlines: a clock that is set to %s meanwhile neither shortens nor lengthens them",
  async (time) => {
    const began = clock.monotonic();
    const late = probeOf((n) => {
      if (n === 2) clock.setTime(time);
      return down;
    });
    expect(await checkProbes([late])).toMatchObject({ ok: false });
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(60_000);
    expect(clock.monotonic() - began).toBeLessThan(70_000);
    const works = probeOf((n) => {
      if (n === 2) clock.setTime(time);
      return n > 5 ? { ok: true } : down;
    });
    expect(await checkProbes([works])).toEqual({ ok: true });
  },
);

test.each([120_000, 5_500])(
  "a look during which the process was suspended for %i ms says nothing while the app is watched",
  async (ms) => {
    const app = probeOf((n) => {
      if (n === 3) clock.suspend(ms);
      return n === 3 ? down : { ok: true };
    });
    expect(await checkProbes([app])).toEqual({ ok: true });
  },
);

test("a process that is suspended in look after look believes the third", async () => {
  let looks = 0;
  const app = probeOf((n) => {
    looks = n;
    if (n >= 3) clock.suspend(6_000);
    return n >= 3 ? down : { ok: true };
  });
  expect(await checkProbes([app])).toMatchObject({ ok: false });
  expect(looks).toBe(5);
});

test("rejects with the signal's reason, and looks no more", async () => {
  const abort = new AbortController();
  let looks = 0;
  const app = probeOf((n) => {
    looks = n;
    if (n === 3) abort.abort(new Error("enough"));
    return down;
  });
  await expect(checkProbes([app], { signal: abort.signal })).rejects.toThrow("enough");
  expect(looks).toBe(3);
});

test("a fault in a probe is not taken for the app's", async () => {
  const faulty = probeOf(() => {
    throw new TypeError("a fault");
  });
  await expect(checkProbes([faulty, probeOf(() => down)])).rejects.toThrow("a fault");
});

test("§4 health: without health each service that can be watched is a probe", () => {
  const services = createServices(
    ServiceConfig.array().parse(["web", { command: { start: ["a"], stop: ["b"] } }]),
    run,
  );
  expect(createProbes([], services, run)).toMatchObject([
    { name: "the service web", withinMs: 60_000, steadyMs: 10_000 },
  ]);
});

test.each([
  [[], [], false],
  [["web"], [], true],
  [[{ command: { start: ["a"], stop: ["b"] } }], [], false],
  [[{ command: { start: ["a"], stop: ["b"], status: ["c"] } }], [], true],
  [[], [{ tcp: "localhost:80" }], true],
])("services %j with health %j prove a release: %s", (services, health, proves) => {
  const config = { services: ServiceConfig.array().parse(services), health: HealthConfig.array().parse(health) };
  expect(canProve(config)).toBe(proves);
});

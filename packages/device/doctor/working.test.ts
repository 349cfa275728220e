import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HealthConfig, ServiceConfig } from "@pawl/protocol";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../system/clock.ts";
import { run } from "../system/run.ts";
import { inShort, PATIENT, programs, unit } from "./doctor-fixture.ts";
import { lookAtHealth } from "./health.ts";
import { type Circumstances, lookAtServices } from "./services.ts";

const REALLY: Circumstances = { app: "kitchen", excuse: null, isUnsure: false };

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

function services(configs: unknown[], circumstances = REALLY, runs = run) {
  return lookAtServices(ServiceConfig.array().parse(configs), circumstances, runs, PATIENT);
}

function health(configs: unknown[], version: string | null = "1.1.0", circumstances = REALLY) {
  const parts = { health: HealthConfig.array().parse(configs), version, clock: systemClock, run, ...circumstances };
  return lookAtHealth(parts, PATIENT);
}

async function serve(body: string): Promise<string> {
  const server = createServer((_, response) => response.end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/version`;
}

test("each service is looked at, and none is started", async () => {
  const calls: string[] = [];
  const runs = programs(
    { "systemctl show": unit(), "service api status": { ...unit(), code: 3, stdout: "stopped" } },
    calls,
  );
  const findings = await services(
    ["web", { service: "api" }, { command: { start: ["a"], stop: ["b"] } }],
    REALLY,
    runs,
  );
  expect(inShort(findings)).toEqual([
    "ok: The service web runs",
    "trouble: The service api isn't running (stopped)",
    "ok: Whether a runs can't be asked: it has no status",
  ]);
  expect(findings[1]?.fix).toBe("sudo service api start");
  expect(calls.map((call) => call.split(" ").slice(0, 2).join(" ")).sort()).toEqual(["service api", "systemctl show"]);
});

test.each([
  [{ LoadState: "not-found" }, "trouble: The service web isn't known to systemd"],
  [{ ActiveState: "failed" }, "trouble: The service web has failed"],
])("a unit that is %j", async (more, expected) => {
  const [finding] = await services(["web"], REALLY, programs({ "systemctl show": unit(more) }));
  expect(inShort(finding ? [finding] : [])).toEqual([expected]);
  expect(finding?.fix).toContain("journalctl -u web");
});

test("what can't work yet is a warning that says what to do", async () => {
  const stopped = { command: { start: ["true"], stop: ["true"], status: ["false"] } };
  const [yet] = await services([stopped], { ...REALLY, excuse: "nothing is installed yet" });
  expect(yet).toMatchObject({ ok: "warning", fix: "pawl install --app kitchen" });
  const [unsure] = await services([stopped], { ...REALLY, isUnsure: true });
  expect(unsure).toMatchObject({ ok: "warning", fix: "sudo pawl doctor" });
  const [really] = await services([stopped]);
  expect(really).toMatchObject({ ok: "trouble", fix: "Start it: true" });
});

test("health is asked once, as after an update, without patience", async () => {
  const good = await serve('{"version": "1.1.0"}');
  const old = await serve('{"version": "1.0.0"}');
  const begun = performance.now();
  const findings = await health([
    { http: good, version_at: "version" },
    { http: old, version_at: "version" },
    { command: ["false"] },
    { tcp: "127.0.0.1:1" },
  ]);
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(inShort(findings)).toEqual([
    `ok: ${good} says that the app works`,
    `trouble: ${old} answered 1.0.0 instead of 1.1.0`,
    "trouble: false said no: it ended with exit code 1",
    "trouble: 127.0.0.1:1 refused the connection",
  ]);
});

test("as long as nobody knows the version any answer is good", async () => {
  const old = await serve('{"version": "1.0.0"}');
  expect(inShort(await health([{ http: old, version_at: "version" }], null))).toEqual([
    `ok: ${old} says that the app works`,
  ]);
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceConfig } from "@pawl/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run as runForReal } from "./run.ts";
import { createServices } from "./services.ts";
import type { Run } from "./types.ts";

let dir: string;
let lines: string[];
const { signal } = new AbortController();
const onLine = (line: string) => lines.push(line);

/** Programs of the test's own come first in PATH. */
const run: Run = (argv, options) =>
  runForReal(argv, { ...options, env: { PATH: `${dir}:${process.env.PATH}`, DIR: dir } });

/** A device's program: writes down how it was called, then does as `script` says. */
async function install(program: string, script = ""): Promise<void> {
  await writeFile(join(dir, program), `#!/bin/sh\necho "${program} $*" >> "$DIR/calls"\n${script}\n`, { mode: 0o755 });
}

async function calls(): Promise<string[]> {
  const text = await readFile(join(dir, "calls"), "utf8");
  return text.trim().split("\n");
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "services-"));
  lines = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const configs: ServiceConfig[] = [
  { unit: "web", optional: false },
  { service: "api", optional: false },
  { command: { start: ["app", "up"], stop: ["app", "down"] }, optional: false },
  { reload: "nginx", optional: false },
];

test("§4 services: starts in the order of the file", async () => {
  for (const program of ["systemctl", "service", "app"]) await install(program);
  await createServices(configs, run).start(signal, onLine);
  expect(await calls()).toEqual([
    "systemctl reset-failed web",
    "systemctl start web",
    "service api start",
    "app up",
    "systemctl reload nginx",
  ]);
});

test("§4 services: stops in the reverse order, and leaves alone what is only reloaded", async () => {
  for (const program of ["systemctl", "service", "app"]) await install(program);
  await createServices(configs, run).stop(signal, onLine);
  expect(await calls()).toEqual(["app down", "service api stop", "systemctl stop web"]);
});

test("restarts one after the other; programs are stopped, then started", async () => {
  for (const program of ["systemctl", "service", "app"]) await install(program);
  await createServices(configs, run).restart(signal, onLine);
  expect(await calls()).toEqual([
    "systemctl reset-failed web",
    "systemctl restart web",
    "service api restart",
    "app down",
    "app up",
    "systemctl reload nginx",
  ]);
  expect(lines).toEqual(["Restarting web", "Restarting api", "Restarting app up", "Restarting nginx"]);
});

test("names the service that failed and what the program said last, after trying the others", async () => {
  await install(
    "systemctl",
    `[ "$*" = "restart web" ] || exit 0
    echo "Job for web.service failed because the control process exited with error code." >&2
    echo 'See "systemctl status web.service" for details.' >&2
    exit 1`,
  );
  const services = createServices([configs[0] as ServiceConfig, { unit: "other", optional: false }], run);
  await expect(services.restart(signal, onLine)).rejects.toMatchObject({
    code: "restart_failed",
    message:
      "The service web did not restart: Job for web.service failed because the control process exited with error code.",
  });
  expect(await calls()).toContain("systemctl restart other");
});

test("says so when a service takes too long", async () => {
  await install("service", "exec sleep 30");
  const services = createServices([{ service: "api", optional: false }], run, 300);
  await expect(services.start(signal, onLine)).rejects.toMatchObject({
    code: "restart_failed",
    message: "The service api did not start: it was not done after 0 s",
  });
});

test("ends a restart when the signal aborts", async () => {
  const abort = new AbortController();
  await install("service", "echo working; exec sleep 30");
  const restarted = createServices([{ service: "api", optional: false }], run).restart(abort.signal, (line) => {
    if (line === "working") abort.abort(new Error("enough"));
  });
  await expect(restarted).rejects.toThrow("enough");
});

test("restarts a program of the owner's that had crashed: nothing to stop isn't a failure", async () => {
  await install("app", '[ "$1" = up ] || { echo "not running" >&2; exit 1; }');
  await createServices([configs[2] as ServiceConfig], run).restart(signal, onLine);
  expect(lines).toEqual(["Restarting app up", "not running", "app down: not running"]);
});

test.each([
  ["down", 3, true],
  ["still up", 0, false],
])("believes the status program when the stop program fails: %s", async (_, status, stops) => {
  await install("app", `case $1 in down) exit 1;; status) exit ${status};; esac`);
  const command = { start: ["app", "up"], stop: ["app", "down"], status: ["app", "status"] };
  const stopped = createServices([{ command, optional: false }], run).stop(signal, onLine);
  await (stops ? stopped : expect(stopped).rejects.toMatchObject({ code: "restart_failed" }));
});

describe("an optional service", () => {
  const NOT_THERE = 'case $1 in show) echo not-found;; *) echo "Unit web.service not found." >&2; exit 5;; esac';
  const FAILS = "case $1 in show) echo loaded;; *) exit 5;; esac";

  test("§4 services: that systemd doesn't know is passed over with a line", async () => {
    await install("systemctl", NOT_THERE);
    await createServices([{ unit: "web", optional: true }], run).restart(signal, onLine);
    expect(lines.at(-1)).toBe("web is not on this device, passed over");
  });

  test("that is there and fails is a failure", async () => {
    await install("systemctl", FAILS);
    const restarted = createServices([{ unit: "web", optional: true }], run).restart(signal, onLine);
    await expect(restarted).rejects.toMatchObject({ code: "restart_failed" });
  });

  test.each(["web: unrecognized service", "service: service `web' does not exist", "Unit web.service not found."])(
    "of another init is passed over: %s",
    async (said) => {
      await writeFile(join(dir, "said"), said);
      await install("service", 'cat "$DIR/said" >&2; exit 1');
      await createServices([{ service: "web", optional: true }], run).restart(signal, onLine);
      expect(lines.at(-1)).toBe("web is not on this device, passed over");
    },
  );

  test("whose program isn't there is passed over", async () => {
    const command = { start: ["no-such-app"], stop: ["no-such-app"] };
    await createServices([{ command, optional: true }], run).start(signal, onLine);
    expect(lines.at(-1)).toBe("no-such-app is not on this device, passed over");
  });
});

test("a service that isn't optional and isn't there is a failure", async () => {
  await install("systemctl", 'echo "Unit web.service not found." >&2; exit 5');
  const restarted = createServices([{ unit: "web", optional: false }], run).restart(signal, onLine);
  await expect(restarted).rejects.toThrow("The service web did not restart: Unit web.service not found.");
});

describe("watching", () => {
  async function unitIs(properties: Record<string, string | number>): Promise<void> {
    const text = Object.entries({ LoadState: "loaded", SubState: "running", ...properties })
      .map(([key, value]) => `${key}=${value}\n`)
      .join("");
    await writeFile(join(dir, "shown"), text);
    await install("systemctl", 'cat "$DIR/shown"');
  }

  function watch(config: ServiceConfig) {
    const [only] = createServices([config], run).watches();
    if (!only) throw new Error("no watch");
    return only;
  }

  test("a unit that stays the same is up", async () => {
    const unit = watch({ unit: "web", optional: false });
    await unitIs({ ActiveState: "active", MainPID: 7, NRestarts: 0 });
    expect(await unit.isUp(signal)).toEqual({ ok: true });
    expect(await unit.isUp(signal)).toEqual({ ok: true });
  });

  test.each([
    ["another process", { MainPID: 8, NRestarts: 0 }],
    ["another count of restarts", { MainPID: 7, NRestarts: 1 }],
  ])("a unit in a crash loop isn't up, though active at each look: %s", async (_, later) => {
    const unit = watch({ unit: "web", optional: false });
    await unitIs({ ActiveState: "active", MainPID: 7, NRestarts: 0 });
    expect(await unit.isUp(signal)).toEqual({ ok: true });
    await unitIs({ ActiveState: "active", ...later });
    expect(await unit.isUp(signal)).toEqual({ ok: false, reason: "ended and was started again" });
  });

  test.each([
    [{ ActiveState: "activating", SubState: "auto-restart" }, "keeps ending and being started again"],
    [{ ActiveState: "activating", SubState: "start" }, "is still starting"],
    [{ ActiveState: "failed", SubState: "failed" }, "has failed"],
    [{ ActiveState: "inactive", SubState: "dead" }, "isn't running"],
    [{ LoadState: "not-found", ActiveState: "inactive" }, "isn't known to systemd"],
  ])("says why a unit isn't up: %o", async (properties, reason) => {
    await unitIs(properties);
    expect(await watch({ unit: "web", optional: false }).isUp(signal)).toEqual({ ok: false, reason });
  });

  test("an optional unit that isn't there has nothing to prove", async () => {
    await unitIs({ LoadState: "not-found", ActiveState: "inactive" });
    expect(await watch({ unit: "web", optional: true }).isUp(signal)).toEqual({ ok: true });
  });

  test("§4 services: a service of another init is asked for its status", async () => {
    await install("service", 'echo "api is stopped"; exit 3');
    const api = watch({ service: "api", optional: false });
    expect(await api.isUp(signal)).toEqual({ ok: false, reason: "isn't running (api is stopped)" });
    await install("service");
    expect(await api.isUp(signal)).toEqual({ ok: true });
  });

  test("a service of programs is watched only when one tells its status", async () => {
    await install("app", '[ "$1" = status ]');
    const command = { start: ["app", "up"], stop: ["app", "down"] };
    expect(createServices([{ command, optional: false }], run).watches()).toEqual([]);
    const withStatus = watch({ command: { ...command, status: ["app", "status"] }, optional: false });
    expect(await withStatus.isUp(signal)).toEqual({ ok: true });
  });
});

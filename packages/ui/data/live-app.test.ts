import { expect, test } from "vitest";
import { deviceStandIn } from "../stand-in/device/device.ts";
import type { DeviceScenario } from "../stand-in/device/scenarios.ts";
import { type AppView, LiveApp } from "./live-app.ts";
import { aStatus } from "./status-fixture.ts";

/** As the device goes through them; null: before and after, and it is read after. */
const ORDER: unknown[] = [
  ...["downloading", "verifying", "staging", "backing_up", "activating", "restarting", "health_check"],
  null,
];

test("an install is watched over the restart, each line once, and ends as it did", async () => {
  await using watched = watch("plays", 40);
  await watched.until(({ status }) => status?.last_result === "success");
  const { status, lines } = watched.app.view;
  expect(status).toMatchObject({ state: "complete", current_version: "2.4.0" });
  expect(lines.length).toBeGreaterThan(3);
  expect(new Set(lines.map(({ line }) => line)).size).toBe(lines.length);
  const inOrder = [...watched.phases].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  expect(watched.phases).toEqual(inOrder);
  expect(watched.phases).toContain("restarting");
});

test("who comes in the middle sees the lines so far, and no phase that is over", async () => {
  await using watched = watch("health-check", 1);
  await watched.until(({ lines }) => lines.length > 3);
  expect(watched.phases).toEqual(["health_check"]);
});

test("an update stays in its last phase until status says how it ended", async () => {
  const told = [
    { type: "status", state: "installing", phase: "health_check" },
    { type: "status", state: "complete", phase: null },
  ];
  let looks = 0;
  const fetch: typeof globalThis.fetch = async (input) => {
    if (new Request(input).url.endsWith("/progress")) {
      const text = told.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
      return new Response(text, { headers: { "content-type": "text/event-stream" } });
    }
    looks += 1;
    return Response.json(aStatus(looks < 4 ? { state: "installing", phase: "health_check" } : { state: "complete" }));
  };
  const app = new LiveApp({ url: "http://device", app: "", fetch });
  const seen = new Set<unknown>();
  await new Promise<void>((resolve) => {
    const leave = app.listen(() => {
      const { status } = app.view;
      if (status?.state === "installing") seen.add(status.phase);
      if (status?.state !== "complete") return;
      leave();
      resolve();
    });
  });
  expect([...seen]).toEqual(["health_check"]);
});

test("what is changed while an update waits is seen at once", async () => {
  await using watched = watch("waiting", 1);
  await watched.until(({ status, lines }) => status?.phase === "waiting" && lines.length > 0);
  await watched.app.ask((client) => client.POST("/update/auto", { body: { enabled: false } }));
  await watched.until(({ status }) => status?.auto.check === false);
  expect(watched.app.view.status?.phase).toBe("waiting");
});

test("a device that doesn't answer is away, and one that refuses isn't", async () => {
  await using away = watch("unreachable", 1);
  await away.until(({ awaySince }) => awaySince !== null);
  expect(away.app.view).toMatchObject({ status: null, trouble: null });
  await using refused = watch("unauthorized", 1);
  await refused.until(({ trouble }) => trouble !== null);
  expect(refused.app.view).toMatchObject({ status: null, awaySince: null, trouble: { code: "unauthorized" } });
});

test("a device that lets nobody stream is looked at instead, and isn't said to be away", async () => {
  const device = deviceStandIn("installing");
  let looks = 0;
  await using watched = watch("installing", 1, async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.includes("/progress")) looks += 1;
    return url.includes("/progress") ? answering(429, "rate_limited") : device(input, init);
  });
  await watched.until(({ awaySince, status }) => looks > 3 && awaySince === null && status !== null);
});

test("a device that refuses in the middle of an update isn't asked over and over", async () => {
  const device = deviceStandIn("installing");
  let asked = 0;
  await using watched = watch("installing", 1, async (...call) => {
    asked += 1;
    return asked === 1 ? device(...call) : answering(401, "unauthorized");
  });
  await watched.until(({ trouble }) => trouble !== null);
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(asked - before).toBeLessThan(2);
});

test("nobody is asked any more once nobody listens", async () => {
  let asked = 0;
  const device = deviceStandIn("checking");
  const fetch: typeof device = (...args) => {
    asked += 1;
    return device(...args);
  };
  const app = new LiveApp({ url: "http://device", app: "", fetch });
  const first = new Promise<void>((resolve) => {
    const leave = app.listen(() => {
      leave();
      resolve();
    });
  });
  await first;
  app.refresh();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(1);
});

/** An app of the stand-in's, listened to; `phases`: each that was seen, in its order. */
function watch(scenario: DeviceScenario, speed: number, fetch = deviceStandIn(scenario, { speed })) {
  const app = new LiveApp({ url: "http://device", app: "", fetch });
  const phases: unknown[] = [];
  const leave = app.listen(() => {
    const { status } = app.view;
    if (status !== null && (phases.length === 0 || phases.at(-1) !== status.phase)) phases.push(status.phase);
  });
  const until = (isSo: (view: AppView) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isSo(app.view)) return;
        stop();
        resolve();
      };
      const stop = app.listen(look);
      look();
    });
  return { app, phases, until, [Symbol.asyncDispose]: async () => leave() };
}

const answering = (status: number, code: string) => Response.json({ success: false, error: "No.", code }, { status });

import { expect, test } from "vitest";
import { serverStandIn } from "../stand-in/server/server.ts";
import { isEnded } from "./build-steps.ts";
import { buildRequest } from "./image-options.ts";
import { type BuildView, LiveBuild } from "./live-build.ts";
import { answerOf, serverClient } from "./server.ts";

const device = { distribution: "openwrt", version: "25.12.1", target: "ath79/generic", profile: "tplink_archer-c7-v2" };
const choices = { ...device, packages: ["luci"], filesystem: null, rootfsSizeMb: null, build: null };

/** A connection that breaks off in the middle of the first streams. */
function breakingOff(fetch: typeof globalThis.fetch, times: number): typeof globalThis.fetch {
  let left = times;
  return async (input, init) => {
    const response = await fetch(input, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || left === 0 || response.body === null) return response;
    left -= 1;
    let chunks = 0;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        chunks += 1;
        if (chunks > 4) controller.error(new TypeError("network error"));
        else controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(cut), response);
  };
}

test("a build is followed to its end over connections that break off, and no line is lost or told twice", async () => {
  const fetch = breakingOff(serverStandIn("no-queue", { speed: 50 }), 2);
  const options = { url: "http://server.test", fetch };
  const body = buildRequest(choices, "", "test");
  const { build } = await answerOf(serverClient(options).POST("/api/v2/builds", { body }));
  const live = new LiveBuild(options, build.id);
  const views: BuildView[] = [];
  await new Promise<void>((resolve) => {
    const unlisten = live.listen(() => {
      views.push(live.view);
      const { build: now, lines } = live.view;
      if (!now || !isEnded(now) || lines.length === 0 || lines.at(-1)?.number !== lines.length - 1) return;
      unlisten();
      resolve();
    });
  });
  expect(live.view.build?.state).toBe("done");
  expect(live.view.lines.map(({ number }) => number)).toEqual(live.view.lines.map((_, i) => i));
  expect(views.some(({ awaySince }) => awaySince !== null)).toBe(true);
  expect(live.view.awaySince).toBeNull();
});

test("one that can't be streamed is looked at to its end, and the server isn't said to be away", async () => {
  const server = serverStandIn("no-queue", { speed: 50 });
  const fetch: typeof server = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return url.includes("/events") ? new Response("No.", { status: 502 }) : server(input, init);
  };
  const options = { url: "http://server.test", fetch };
  const body = buildRequest(choices, "", "test");
  const { build } = await answerOf(serverClient(options).POST("/api/v2/builds", { body }));
  const live = new LiveBuild(options, build.id);
  await new Promise<void>((resolve) => {
    const unlisten = live.listen(() => {
      const { build: now, awaySince } = live.view;
      if (!now || !isEnded(now) || awaySince !== null) return;
      unlisten();
      resolve();
    });
  });
  expect(live.view.build?.state).toBe("done");
});

test("one that isn't there is said to be gone, and nobody asks on", async () => {
  const live = new LiveBuild({ url: "http://server.test", fetch: serverStandIn("normal") }, "0000");
  await new Promise<void>((resolve) => {
    const unlisten = live.listen(() => {
      unlisten();
      resolve();
    });
  });
  expect(live.view.trouble?.code).toBe("not_found");
});

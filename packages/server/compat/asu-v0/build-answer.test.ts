import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asking, post } from "./testing/asking.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";

let served: ServedDialect;
beforeAll(async () => {
  served = await serveDialect();
});
afterAll(() => served[Symbol.asyncDispose]());

const ask = asking(() => served);

describe.each(["/api/upgrade-request", "/api/build-request"])("%s", (path) => {
  const BUILD = { distro: "openwrt", version: "24.10.5", target: "ath79/generic", board: "tplink,archer-c7-v2" };

  test("a valid request waits: 202, its hash, and no position yet", async () => {
    const { status, headers, json } = await post(ask, path, {
      ...BUILD,
      packages: ["luci", "-ppp", "libc", "libgcc1"],
    });
    expect([status, headers.get("x-imagebuilder-status")]).toEqual([202, "queue"]);
    expect(json).toEqual({ request_hash: expect.stringMatching(/^[0-9a-f]{12}$/) });
    const got = await ask(`${path}/${json.request_hash}`);
    expect([got.status, got.json]).toEqual([202, json]);
  });

  test.each([
    ["the newest version when none is named", { version: undefined }],
    ["target and subtarget apart", { target: "ath79", subtarget: "generic" }],
    ["the target of 2018", { target: "ar71xx/generic", board: "tl-wdr4300" }],
    ["a model where the board is unknown", { board: "?", model: "TP-Link Archer C7 v2" }],
    ["any machine where one profile fits all", { target: "x86/64", board: "pc-engines-apu2" }],
    ["SNAPSHOT", { version: "snapshots" }],
  ])("understands %s", async (_, fields) => {
    expect((await post(ask, path, { ...BUILD, ...fields })).status).toBe(202);
  });

  test.each([
    [{ distro: undefined }, 412, "missing parameter distro"],
    [{ target: undefined }, 412, "missing parameter target"],
    [{ board: undefined }, 412, "missing parameter board"],
    [{ distro: "DebWrt" }, 412, "unknown distribution DebWrt"],
    [{ version: "18.06.2" }, 412, "unknown version 18.06.2"],
    [{ target: "toaster/generic" }, 412, "unknown target toaster/generic"],
    [{ board: "toaster" }, 412, "unknown device, please check model and board params"],
    [{ defaults: "x".repeat(10_241) }, 420, "attached defaults exceed max size"],
    [{ packages: ["luci", "b0gus", "-a0gus"] }, 422, "could not find packages: a0gus, b0gus"],
    [{ packages: "luci" }, 400, "packages must be a list of package names"],
  ])("refuses %j with %i: %s", async (fields, status, error) => {
    const answer = await post(ask, path, { ...BUILD, ...fields });
    expect([answer.status, answer.json]).toEqual([status, { error }]);
  });

  test("defaults of 10,240 bytes are not too long", async () => {
    expect((await post(ask, path, { ...BUILD, defaults: "x".repeat(10_240) })).status).toBe(202);
  });

  test("GET of an unknown hash is 404 {}", async () => {
    const { status, json } = await ask(`${path}/000000000000`);
    expect([status, json]).toEqual([404, {}]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServerError } from "../../error.ts";
import { DONE, FAILED, RESULT } from "./testing/finished.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";
import { FACTS, makeStats, makeWorld } from "./testing/world.ts";

let served: ServedDialect;

beforeAll(async () => {
  served = await serveDialect(makeWorld(), makeStats(), FACTS);
});
beforeEach(() => {
  Object.assign(served.catalog.world, makeWorld());
  served.builds.clear();
});
afterAll(() => served[Symbol.asyncDispose]());

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(served.url + path, init);
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  const body: any = await response.json();
  return { status: response.status, headers: response.headers, body };
}

describe("/api/versions, as the LuCI app of 2020 walks through it", () => {
  test("is an object of branches, each with its newest release", async () => {
    const { branches } = (await ask("/api/versions", { headers: { origin: "http://192.168.1.1" } })).body;
    expect(branches.map(({ name, latest }: { name: string; latest: string }) => [name, latest])).toEqual([
      ["SNAPSHOT", "snapshot"],
      ["25.12", "25.12.1"],
      ["24.10", "24.10.5"],
      ["21.02", "21.02.7"],
    ]);
    expect(branches[1]).toMatchObject({
      enabled: true,
      path: "releases/{version}",
      path_packages: "releases/packages-{branch}",
    });
  });

  test.each([
    ["snapshot", "snapshot"],
    ["21.02.1", "21.02.7"],
    ["24.10.5", "25.12.1"],
    ["19.07.10", "21.02.7"],
  ])("a device with %s is offered %s", async (installed, offered) => {
    const { branches } = (await ask("/api/versions", { headers: { origin: "http://192.168.1.1" } })).body;
    expect(firstCandidate(branches, installed)).toBe(offered);
  });

  test("doesn't offer a branch that has come no further than candidates", async () => {
    served.catalog.world.versions = ["26.10.0-rc1", "26.10-SNAPSHOT", "25.12.1"];
    const { branches } = (await ask("/api/versions", { headers: { origin: "http://192.168.1.1" } })).body;
    expect(branches.map(({ name }: { name: string }) => name)).toEqual(["25.12"]);
  });
});

/** What the app puts first, from what it reads: its rule, in its order. */
function firstCandidate(branches: { name: string; latest: string }[], installed: string): string | undefined {
  const own = installed.split(".").slice(0, 2).join(".");
  const candidates: string[] = [];
  for (const { name, latest } of branches) {
    if (installed === "snapshot" && latest === "snapshot") {
      candidates.unshift(latest);
      break;
    }
    if (installed === latest) break;
    candidates.unshift(latest);
    if (own === name) break;
  }
  return candidates[0];
}

describe("files from before August 2021", () => {
  test("latest.json has the newest of each branch", async () => {
    const expected = { latest: ["SNAPSHOT", "25.12.1", "24.10.5", "21.02.7"] };
    expect((await ask("/json/latest.json")).body).toEqual(expected);
    expect((await ask("/api/latest")).body).toEqual(expected);
  });

  test("branches.json says where packages are, and they are there", async () => {
    const { body } = await ask("/json/branches.json");
    expect(body.map(({ path_packages }: { path_packages: string }) => path_packages)).toEqual([
      "snapshots/packages",
      "releases/packages-{branch}",
      "releases/packages-{branch}",
      "releases/packages-{branch}",
    ]);
    expect((await ask("/api/branches")).body).toEqual(body);
    for (const path of ["snapshots/packages", "releases/packages-24.10"]) {
      expect((await ask(`/json/${path}/mips_24kc-index.json`)).body).toHaveProperty("vim");
    }
  });

  test("a version's files are as below /json/v1, double slashes or not", async () => {
    for (const file of ["index.json", "tplink_archer-c7-v2.json"]) {
      const old = await ask(`/json/releases/24.10.5//targets/ath79/generic/${file}`);
      const today = await ask(`/json/v1/releases/24.10.5/targets/ath79/generic/${file}`);
      expect([old.status, old.body]).toEqual([200, today.body]);
    }
  });
});

describe("POST /api/build", () => {
  const post = (fields: object | string, path = "/api/build") =>
    ask(path, { method: "POST", body: typeof fields === "string" ? fields : JSON.stringify(fields) });
  const VALID = { profile: "tplink,archer-c7-v2", version: "24.10.5", packages: ["vim"], diff_packages: true };

  test("finds the target by the device, and is queued", async () => {
    const { status, body } = await post(VALID);
    expect([status, body]).toEqual([
      202,
      {
        status: "queued",
        queue_position: 0,
        enqueued_at: "2026-03-01T11:59:00.123000Z",
        request_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(served.builds.asked).toMatchObject([
      { inputs: { target: "ath79/generic", profile: "tplink_archer-c7-v2" } },
    ]);
  });

  test("is sent again until it is built, and then told where the image is", async () => {
    const { request_hash } = (await post(VALID)).body;
    served.builds.become({ state: "running", step: "assemble" });
    const running = await post(VALID);
    expect([running.status, running.body]).toMatchObject([202, { status: "started", request_hash }]);
    served.builds.become(DONE);
    const { status, body } = await post(VALID);
    expect([status, body]).toMatchObject([
      200,
      {
        status: "finished",
        bin_dir: request_hash,
        buildlog: true,
        images: [{ name: RESULT.images[0]?.name, sha256: "5".repeat(64), type: "sysupgrade" }, {}],
        build_at: "2026-03-01T11:59:40.000000Z",
        manifest: RESULT.manifest,
      },
    ]);
    expect(await ask(`/api/build/${request_hash}`)).toMatchObject({ status: 200, body });
    expect((await ask(`/api/v1/build/${request_hash}`)).status).toBe(200);
  });

  test("is told in `message` why there is no image", async () => {
    await post(VALID);
    served.builds.output = { stdout: "out", stderr: "err" };
    served.builds.become(FAILED);
    const { status, body } = await post(VALID);
    expect([status, body]).toMatchObject([
      500,
      {
        status: "failed",
        message: "Error: Impossible package selection: missing (nonsense) conflicts (wpad, wpad-basic)",
        stdout: "out",
        buildlog: false,
      },
    ]);
  });

  test("is queued while too many wait: the app asks again by itself, and knows no 503", async () => {
    served.builds.full = 201;
    const { status, body } = await post(VALID);
    expect([status, body]).toMatchObject([202, { status: "queued", message: "Too many wait." }]);
    expect(body).not.toHaveProperty("request_hash");
  });

  test.each([
    ["snapshot, as it was offered", { version: "snapshot" }],
    ["a target of its own", { target: "ath79/generic" }],
    ["the version that is installed", { current_version: "19.07.7" }],
  ])("may say %s", async (_what, fields) => {
    expect((await post({ ...VALID, ...fields })).status).toBe(202);
  });

  test.each<[object | string, string]>([
    [{ ...VALID, version: "24.10.99" }, "Unsupported version: 24.10.99"],
    [{ ...VALID, version: "18.06.0" }, "Unsupported branch: 18.06.0"],
    [{ ...VALID, distro: "lede" }, "Unsupported distro: lede"],
    [
      { ...VALID, profile: "none" },
      "Unsupported profile: none. The requested profile was either dropped or never existed. " +
        "Please check the forums for more information.",
    ],
    [{ profile: "x" }, "version: Field required"],
    [{ ...VALID, packages: ["a b"] }, "packages.0: String should match pattern '^[\\w.,-]*$'"],
    ["", "body: Field required"],
    ["{", "body: JSON decode error"],
  ])("%j is refused in `message`", async (fields, message) => {
    const { status, body } = await post(fields);
    expect([status, body.message]).toEqual([400, message]);
  });

  test("names packages that nobody knows, in a 422", async () => {
    const { status, headers, body } = await post({ ...VALID, packages: ["vim", "nonsense", "-rubbish"] });
    expect([status, headers.get("x-unknown-package"), body.message]).toEqual([
      422,
      "nonsense, rubbish",
      "Unsupported package(s): nonsense, rubbish",
    ]);
  });

  test("a device with a name that two targets have must say its target", async () => {
    Object.assign(served.catalog.world.profiles["x86/64"] ?? {}, { "tplink_archer-c7-v2": {} });
    expect((await post(VALID)).status).toBe(400);
    expect((await post({ ...VALID, target: "ath79/generic" })).status).toBe(202);
  });

  test("is queued, with a `message`, while something can't be known", async () => {
    served.catalog.world.failures.set("target 24.10.5", new ServerError("not_loaded", "The mirror is down."));
    const { status, body } = await post(VALID);
    expect([status, body.status, body.message]).toEqual([202, "queued", "The mirror is down."]);
  });

  test("is asked for by hash in vain", async () => {
    expect(await ask("/api/build/0123456789ab")).toMatchObject({ status: 404, body: { status: "not_found" } });
    expect((await ask("/api/build/0123456789ab", { method: "POST" })).status).toBe(405);
    expect((await ask("/api/build")).status).toBe(405);
  });
});

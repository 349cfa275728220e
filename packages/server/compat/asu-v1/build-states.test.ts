import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DONE, FAILED, RESULT } from "./testing/finished.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";
import { FACTS, makeStats, makeWorld } from "./testing/world.ts";

const REQUEST = {
  version: "24.10.5",
  target: "ath79/generic",
  profile: "tplink,archer-c7-v2",
  packages: ["vim", "luci"],
  diff_packages: true,
  rootfs_size_mb: 256,
  client: "owut/2026.1",
};

let served: ServedDialect;
/** Of the newest request. */
let hash: string;

beforeAll(async () => {
  served = await serveDialect(makeWorld(), makeStats(), FACTS);
});
beforeEach(async () => {
  served.builds.clear();
  served.now = new Date("2026-03-01T12:00:00Z");
  hash = (await post()).body.request_hash;
});
afterAll(() => served[Symbol.asyncDispose]());

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(served.url + path, init);
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  const body: any = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body, text };
}

const post = () => ask("/api/v1/build", { method: "POST", body: JSON.stringify(REQUEST) });
const state = (init: RequestInit = {}) => ask(`/api/v1/build/${hash}`, init);

/** As Python's server would send it back. */
const ECHO = {
  distro: "openwrt",
  version: "24.10.5",
  version_code: "",
  target: "ath79/generic",
  profile: "tplink_archer-c7-v2",
  packages: ["vim", "luci"],
  packages_versions: {},
  diff_packages: true,
  defaults: null,
  rootfs_size_mb: 256,
  filesystem: null,
  repositories: {},
  repositories_mode: "replace",
  repository_keys: [],
  client: "owut/2026.1",
};

describe("a build that waits", () => {
  test("has its place, and no status of an ImageBuilder", async () => {
    served.builds.become({ position: 3, waitsFor: "no worker for ath79/generic" });
    const { status, headers, body } = await state();
    expect([status, headers.get("x-imagebuilder-status"), headers.get("x-queue-position")]).toEqual([
      202,
      "queued",
      "3",
    ]);
    expect(body).toEqual({
      status: 202,
      detail: "queued",
      queue_position: 3,
      enqueued_at: "2026-03-01T11:59:00.123000Z",
      request_hash: hash,
    });
  });

  test("waits too while it is to be tried again", async () => {
    served.builds.become({ position: 0, attempt: 1, step: "download", waitsFor: "the mirror doesn't answer" });
    expect((await state()).body).toMatchObject({ status: 202, detail: "queued", queue_position: 0 });
  });
});

describe("a build that runs", () => {
  test.each([
    [null, "init"],
    ["start", "init"],
    ["download", "download_imagebuilder"],
    ["unpack", "unpack_imagebuilder"],
    ["resolve", "calculate_packages_hash"],
    ["assemble", "building_image"],
    ["publish", "building_image"],
  ] as const)("is at %s, which every client knows as %s", async (step, word) => {
    served.builds.become({ state: "running", step, position: null, attempt: 1 });
    const { status, headers, body } = await state();
    expect([status, headers.get("x-imagebuilder-status"), body.imagebuilder_status, body.detail]).toEqual([
      202,
      word,
      word,
      "started",
    ]);
    // LuCI takes what has the key for something that waits.
    expect(body).not.toHaveProperty("queue_position");
    expect(body).toMatchObject({ request: ECHO, stdout: "", stderr: "" });
  });

  test("shows what it has printed", async () => {
    served.builds.output = { stdout: "Building images...\n", stderr: "warning\n" };
    served.builds.become({ state: "running", step: "assemble", command: DONE.command ?? null });
    expect((await state()).body).toMatchObject({
      stdout: "Building images...\n",
      stderr: "warning\n",
      build_cmd: [
        "make",
        "image",
        expect.any(String),
        expect.any(String),
        expect.any(String),
        `BIN_DIR=/builder/${hash}`,
        expect.any(String),
      ],
    });
  });

  test("is known to owut by its headers alone", async () => {
    served.builds.become({ state: "running", step: "unpack" });
    const { status, headers, text } = await state({ method: "HEAD" });
    expect([status, headers.get("x-imagebuilder-status"), headers.get("x-queue-position"), text]).toEqual([
      202,
      "unpack_imagebuilder",
      "0",
      "",
    ]);
  });
});

describe("a build that is done", () => {
  beforeEach(() => {
    served.builds.output = { stdout: "made\n", stderr: "" };
    served.builds.become(DONE);
  });

  test("is profiles.json with the profile's part on top, and all that clients check", async () => {
    const { status, headers, body } = await state();
    expect([status, headers.get("x-imagebuilder-status"), headers.get("x-queue-position")]).toEqual([200, "done", "0"]);
    const { images: _, ...profile } = RESULT.profile;
    expect(body).toEqual({
      ...RESULT.target,
      ...profile,
      images: [
        {
          name: RESULT.images[0]?.name,
          sha256: "5".repeat(64),
          sha256_unsigned: "6".repeat(64),
          size: 8_000_000,
          type: "sysupgrade",
          filesystem: "squashfs",
        },
        { name: "kernel.bin", sha256: "7".repeat(64), size: 9, type: "kernel" },
      ],
      manifest: { "base-files": "1~d9c5716d1d", vim: "9.1-r1" },
      id: "tplink_archer-c7-v2",
      bin_dir: hash,
      request_hash: hash,
      build_cmd_packages: ["-ppp", "vim"],
      build_at: "2025-12-17T19:33:20.000000Z",
      build_cmd: [
        "make",
        "image",
        "PROFILE=tplink_archer-c7-v2",
        "PACKAGES=-ppp vim",
        "EXTRA_IMAGE_NAME=d6d9ee5ba0a5",
        `BIN_DIR=/builder/${hash}`,
        "ROOTFS_PARTSIZE=256",
      ],
      request: ECHO,
      stdout: "made\n",
      stderr: "",
      detail: "done",
      imagebuilder_status: "done",
      status: 200,
      enqueued_at: "2026-03-01T11:59:00.123000Z",
    });
  });

  test("is the same for whoever posts and whoever gets, and by HEAD", async () => {
    const plain = { headers: { "accept-encoding": "identity" } };
    const [posted, got, head] = [await post(), await state(plain), await state({ ...plain, method: "HEAD" })];
    expect(posted.text).toBe(got.text);
    expect(posted.headers.get("x-imagebuilder-status")).toBe("done");
    expect([head.status, head.text, head.headers.get("content-length")]).toEqual([
      200,
      "",
      String(Buffer.byteLength(got.text)),
    ]);
  });

  test("is compressed for whoever takes that, and for nobody else", async () => {
    served.builds.output = { stdout: "made\n".repeat(1_000), stderr: "" };
    served.builds.become({ ...DONE, attempt: 2 });
    const plain = await state({ headers: { "accept-encoding": "identity" } });
    const packed = await state({ headers: { "accept-encoding": "gzip" } });
    expect([plain.headers.get("content-encoding"), packed.headers.get("content-encoding")]).toEqual([null, "gzip"]);
    expect(packed.text).toBe(plain.text);
  });

  test("isn't looked up again while nothing has changed", async () => {
    await state();
    const { reads } = served.builds;
    for (let count = 0; count < 3; count++) await state();
    expect(served.builds.reads).toBe(reads);
    // What it printed isn't read again when another build has changed.
    served.builds.generation++;
    await state();
    expect(served.builds.reads).toBe(reads + 1);
  });

  test("isn't asked for again while neither it nor the catalog has changed, whoever looks at it meanwhile", async () => {
    let generation = 1;
    Object.defineProperty(served.catalog, "generation", { get: () => generation, configurable: true });
    try {
      await post();
      const asked = served.builds.asked.length;
      await state();
      await post();
      served.builds.generation++;
      await state();
      await post();
      expect(served.builds.asked.length).toBe(asked);
      generation++;
      await post();
      expect(served.builds.asked.length).toBe(asked + 1);
    } finally {
      Reflect.deleteProperty(served.catalog, "generation");
    }
  });

  test("is looked up again after two seconds, and once its time is over", async () => {
    await state();
    const { reads } = served.builds;
    served.now = new Date(served.now.getTime() + 2_000);
    await state();
    expect(served.builds.reads).toBe(reads + 1);
    served.builds.become({ expiresAt: new Date(served.now.getTime() + 100) });
    await state();
    served.now = new Date(served.now.getTime() + 100);
    await state();
    expect(served.builds.reads).toBe(reads + 3);
  });
});

describe("a build that has failed", () => {
  test("says why in the words its clients know, and in ours behind what was printed", async () => {
    served.builds.output = { stdout: "out\n", stderr: "Collected errors:" };
    served.builds.become(FAILED);
    const { status, headers, body } = await state();
    expect([status, headers.get("x-imagebuilder-status"), headers.get("x-queue-position")]).toEqual([
      500,
      "failed",
      "0",
    ]);
    expect(body).toEqual({
      status: 500,
      detail: "Error: Impossible package selection: missing (nonsense) conflicts (wpad, wpad-basic)",
      imagebuilder_status: "failed",
      stdout: "out\n",
      stderr:
        "Collected errors:\n" +
        "There is no package nonsense, which luci-app-nonsense needs.\n" +
        "wpad can't be together with wpad-basic.\n",
      request: ECHO,
      enqueued_at: "2026-03-01T11:59:00.123000Z",
      request_hash: hash,
    });
    expect(await post()).toMatchObject({ status: 500, body });
  });
});

test("a build that was withdrawn is none, until somebody asks for it again", async () => {
  served.builds.become({ state: "withdrawn" });
  expect((await state()).status).toBe(404);
  expect((await post()).status).toBe(202);
  expect((await state()).status).toBe(202);
});

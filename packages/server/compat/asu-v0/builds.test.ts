import { createHash } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuildError } from "../../builders/types.ts";
import { requestHash } from "./hashes.ts";
import { isFinished } from "./image-facts.ts";
import { StoredImages } from "./images.ts";
import { StoredRequestNames } from "./request-names.ts";
import { asking, post } from "./testing/asking.ts";
import { type HouseDialect, serveOverHouse } from "./testing/dialect-over-house.ts";

let served: HouseDialect;
beforeAll(async () => {
  served = await serveOverHouse({ max_pending: 4 });
});
afterAll(() => served[Symbol.asyncDispose]());

const ask = asking(() => served);
const DEVICE = { distro: "openwrt", version: "24.10.5", target: "ath79/generic", board: "tplink_archer" };
const send = (fields: object, kind = "upgrade-request") => post(ask, `/api/${kind}`, { ...DEVICE, ...fields });
const state = (hash: string, kind = "upgrade-request") => ask(`/api/${kind}/${hash}`);

/** As auc does, until it isn't 202 any more. */
async function untilEnded(hash: string, kind = "upgrade-request") {
  await expect.poll(async () => (await state(hash, kind)).status).not.toBe(202);
  return state(hash, kind);
}

async function built(fields: object, kind = "upgrade-request") {
  const { json } = await send(fields, kind);
  return untilEnded(json.request_hash, kind);
}

/** Nobody waits any more, and the server has heard of it. */
async function clear() {
  await served.house.clear();
  await expect.poll(() => served.house.builds.queueLength()).toBe(0);
}

describe("a request that waits", () => {
  test("202 queue: the very first POST tells no position, whoever asks again hears it, and it doesn't rise", async () => {
    const first = await send({ packages: ["luci"] });
    const hash = requestHash({ ...DEVICE, profile: "tplink_archer", defaults: "", packages: ["luci"] });
    expect([first.status, first.json]).toEqual([202, { request_hash: hash }]);
    expect(first.headers.get("x-imagebuilder-status")).toBe("queue");
    expect(first.headers.has("x-build-queue-position")).toBe(false);
    const behind = await send({ packages: ["vim"] });
    const last = behind.json.request_hash;
    expect((await state(last)).headers.get("x-build-queue-position")).toBe("1");
    // LuCI of 2018 never asks by GET: it sends all of it again, every 5 s.
    for (let times = 0; times < 3; times++) {
      const again = await send({ packages: ["luci"] });
      expect([again.status, again.headers.get("x-build-queue-position")]).toEqual([202, "0"]);
      expect((await send({ packages: ["vim"] })).headers.get("x-build-queue-position")).toBe("1");
    }
    await clear();
  });

  test("asking again for what waits writes nothing", async () => {
    await send({ packages: ["tmux"] });
    await send({ packages: ["tmux"] });
    const { kysely } = served.house.database;
    const before = await written(kysely);
    for (let times = 0; times < 5; times++) expect((await send({ packages: ["tmux"] })).status).toBe(202);
    expect(await written(kysely)).toBe(before);
    await clear();
  });

  test("202 building, with its state and no position", async () => {
    const held = served.house.builder.hold();
    await using _ = await served.house.startWorker();
    const { json } = await send({ packages: ["luci", "vim"] });
    const status = async () => (await state(json.request_hash)).headers.get("x-imagebuilder-status");
    await expect.poll(status).toBe("building");
    const building = await state(json.request_hash);
    expect([building.status, building.json]).toEqual([202, { request_hash: json.request_hash }]);
    expect(building.headers.has("x-build-queue-position")).toBe(false);
    held[Symbol.dispose]();
    expect((await untilEnded(json.request_hash)).status).toBe(200);
  });

  test("503 with Retry-After 300 when too many wait; who waits already isn't refused", async () => {
    const asked = ["luci", "vim", "tmux", "base-files"].map((name) => [name, "-luci", "-vim"]);
    const others = [
      ["luci", "tmux"],
      ["vim", "tmux"],
    ];
    const answers = [];
    for (const packages of [...asked, ...others]) answers.push(await send({ packages }));
    const refused = answers.at(-1);
    expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([503, "300"]);
    expect(refused?.json).toEqual({ error: expect.stringContaining("wait already") });
    expect((await send({ packages: asked[0] })).status).toBe(202);
    await clear();
  });
});

async function written(database: HouseDialect["house"]["database"]["kysely"]): Promise<string> {
  const askers = await database.selectFrom("build_asker").selectAll().execute();
  const names = await database.selectFrom("asu_v0_request").selectAll().execute();
  const lists = await database.selectFrom("asu_v0_package_list").selectAll().execute();
  return JSON.stringify([askers, names, lists]);
}

describe("an image", () => {
  test("200: its file, its log, its folder and its hashes, and it can be downloaded", async () => {
    await using _ = await served.house.startWorker();
    const { status, json } = await built({ packages: ["luci", "tmux"] });
    const sums = (text: string) => createHash("sha256").update(text).digest("hex");
    const manifestHash = sums("luci - 1\ntmux - 1\n").slice(0, 15);
    const path = `openwrt/24.10.5/ath79/generic/tplink_archer/${manifestHash}`;
    const imageHash = sums(`openwrt 24.10.5 ath79/generic tplink_archer  ${manifestHash}`).slice(0, 15);
    expect([status, json]).toEqual([
      200,
      {
        sysupgrade: "openwrt-tplink_archer-squashfs-sysupgrade.bin",
        log: `/download/${path}/buildlog-${imageHash}.txt`,
        files: `/json/${path}/`,
        request_hash: expect.stringMatching(/^[0-9a-f]{12}$/),
        image_hash: imageHash,
      },
    ]);
    const content = "image of tplink_archer with luci tmux";
    // As auc of 2019 puts it together: `<files>/<sysupgrade>`.
    const image = await ask(`${json.files}/${json.sysupgrade}`);
    expect([image.status, image.text, image.headers.get("content-length")]).toEqual([
      200,
      content,
      `${content.length}`,
    ]);
    expect([image.headers.get("etag"), image.headers.get("cache-control")]).toEqual([`"${sums(content)}"`, "no-cache"]);
    expect((await ask(`/download/${path}/${json.sysupgrade}`)).text).toBe(content);
    const log = await ask(json.log);
    expect([log.headers.get("content-type"), log.text]).toEqual([
      "text/plain; charset=utf-8",
      expect.stringContaining("line 0"),
    ]);
    const head = await ask(json.log, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(log.text.length)]);
  });

  test("/json/<path>/ is a list for programs, /download/<path>/ is one for people, and nothing above is listed", async () => {
    await using _ = await served.house.startWorker();
    const { json } = await built({ packages: ["luci", "tmux"] });
    const listing = await ask(json.files);
    expect(listing.json.map(({ name }: { name: string }) => name)).toEqual([
      `buildlog-${json.image_hash}.txt`,
      "openwrt-tplink_archer-squashfs-sysupgrade.bin",
      "openwrt-tplink_archer.manifest",
    ]);
    const size = "image of tplink_archer with luci tmux".length;
    const mtime = expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
    expect(listing.json[1]).toEqual({ name: json.sysupgrade, type: "file", mtime, size });
    const page = await ask(json.files.replace("/json/", "/download/"));
    expect([page.headers.get("content-type"), page.text]).toEqual([
      "text/html; charset=utf-8",
      expect.stringContaining(`<a href="${json.sysupgrade}">`),
    ]);
    const bare = json.files.slice(0, -1);
    expect((await ask(bare)).json).toEqual(listing.json);
    const moved = await fetch(`${served.url}${bare.replace("/json/", "/download/")}`);
    expect([moved.redirected, await moved.text()]).toEqual([true, page.text]);
    for (const above of ["/json/openwrt/", "/json/openwrt/24.10.5/", "/download/", "/download/openwrt/", "/json/"]) {
      expect((await ask(above)).status, above).toBe(404);
    }
    for (const name of ["build.log", "nothing", "..%2f..%2fetc%2fpasswd", `buildlog-${"0".repeat(15)}.txt`]) {
      expect((await ask(`${json.files}${name}`)).status, name).toBe(404);
    }
  });

  test("GET /api/image and /api/manifest: the row of the view, and the packages; a hit counts", async () => {
    await using _ = await served.house.startWorker();
    const { json } = await built({ packages: ["vim", "tmux"] });
    await send({ packages: ["vim", "tmux"] });
    // One that is under way, and what is left after it.
    for (let times = 0; times < 2; times++) await served.images.flush();
    const row = await ask(`/api/image/${json.image_hash}`);
    expect(row.json).toEqual({
      image_id: expect.any(Number),
      image_hash: json.image_hash,
      distro: "openwrt",
      distro_alias: "OpenWrt",
      version: "24.10.5",
      version_alias: "24.10.5",
      target: "ath79/generic",
      profile: "tplink_archer",
      model: "tplink_archer",
      manifest_hash: json.files.split("/").at(-2),
      defaults_hash: null,
      worker: null,
      build_date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/),
      sysupgrade: json.sysupgrade,
      image_status: "untested",
      vanilla: false,
      build_seconds: expect.any(Number),
      snapshots: false,
      cache_hits: 1,
      files: json.files.slice("/json/".length, -1),
    });
    expect((await ask(`/api/manifest/${row.json.manifest_hash}`)).json).toEqual({ vim: "1", tmux: "1" });
    for (const path of ["/api/image/0123456789abcde", "/api/manifest/0123456789abcde", "/api/image/x'y"]) {
      const nothing = await ask(path);
      expect([nothing.status, nothing.json], path).toEqual([404, {}]);
    }
  });

  test("with defaults it is below custom/<defaults_hash>, which isn't listed, and in no list of images", async () => {
    await using _ = await served.house.startWorker();
    const defaults = "uci set system.@system[0].hostname=secret\n";
    const custom = await built({ packages: ["vim"], defaults }, "build-request");
    const plain = await built({ packages: ["vim"] });
    const hash = createHash("sha256").update(defaults).digest("hex").slice(0, 32);
    expect(custom.json.files).toBe(`/json/custom/${hash}${plain.json.files.slice("/json".length)}`);
    expect(custom.json.image_hash).not.toBe(plain.json.image_hash);
    expect((await ask(`${custom.json.files}${custom.json.sysupgrade}`)).status).toBe(200);
    for (const above of [
      "/json/custom/",
      "/download/custom/",
      `/json/custom/${hash}/`,
      `/download/custom/${hash}/openwrt/`,
    ]) {
      expect((await ask(above)).status, above).toBe(404);
    }
    expect((await ask(`/api/image/${custom.json.image_hash}`)).json).toMatchObject({ defaults_hash: hash });
    const { json: latest } = await ask("/api/v1/stats/images_latest");
    const hashes = latest.map((row: { image_hash: string }) => row.image_hash);
    expect(hashes[0]).toBe(plain.json.image_hash);
    expect(hashes).not.toContain(custom.json.image_hash);
  });

  test("without packages it has the profile's, and is vanilla; two requests may come to one image", async () => {
    await using _ = await served.house.startWorker();
    const vanilla = await built({});
    expect((await ask(`/api/image/${vanilla.json.image_hash}`)).json).toMatchObject({ vanilla: true });
    expect(served.house.builder.begun.at(-1)?.inputs).toMatchObject({ packages: [], diffPackages: false });
    // Nobody said a board that is known: there is one profile for everything.
    const guessed = await built({ board: "generic", packages: ["vim"] });
    const same = await built({ board: "unheard-of", packages: ["vim"] });
    expect(served.house.builder.begun.at(-1)?.inputs).toMatchObject({ packages: ["vim"], diffPackages: true });
    expect(same.json).toEqual({ ...guessed.json, request_hash: same.json.request_hash });
    expect(same.json.request_hash).not.toBe(guessed.json.request_hash);
  });

  test("501 for who wants to upgrade a device without such a file; a build-request is 200 without sysupgrade", async () => {
    await using _ = await served.house.startWorker();
    const factory = { target: "x86/64", board: "generic", packages: ["luci"] };
    const upgrade = await built(factory);
    expect([upgrade.status, upgrade.json.error]).toEqual([
      501,
      "No sysupgrade file produced, may not supported by model.",
    ]);
    expect((await ask(upgrade.json.log)).text).toContain("line 0");
    const build = await built(factory, "build-request");
    expect(build.status).toBe(200);
    expect(Object.keys(build.json).sort()).toEqual(["files", "image_hash", "log", "request_hash"]);
    const { json } = await ask(build.json.files);
    expect(json.map(({ name }: { name: string }) => name)).toContain("openwrt-generic-squashfs-factory.bin");
  });
});

describe("a build that came to nothing", () => {
  const culprit = (kind: "package" | "conflict" | "size" | "machine", detail: string) => [
    { kind, name: "wpad", with: ["hostapd"], detail },
  ];
  const INCOMPATIBLE = "Incompatible package selection. See build log for details";
  const FAILED = "ImageBuilder faild to create image";

  test.each([
    ["missing_package", "package", 409, INCOMPATIBLE],
    ["conflicting_packages", "conflict", 409, INCOMPATIBLE],
    ["broken_package", "conflict", 409, INCOMPATIBLE],
    ["incomplete_image", "package", 409, INCOMPATIBLE],
    ["too_big", "size", 413, "Image size exceeds device storage. Retry with less packages"],
    ["build_failed", "machine", 500, FAILED],
    ["broken_package", "package", 500, FAILED],
  ] as const)(
    "%s (%s) is %i with its log, in which the sentence is first and the culprit named",
    async (code, kind, status, error) => {
      const detail = `It is wpad's fault, and that of ${code} ${kind}.`;
      served.house.builder.failures.push(
        new BuildError(code, "There is no image.", { culprits: culprit(kind, detail) }),
      );
      await using _ = await served.house.startWorker();
      const failed = await built({ packages: ["vim", `-${kind === "conflict" ? "tmux" : "luci"}`], defaults: code });
      const hash = failed.json.request_hash;
      const log = `/download/faillogs/faillog-${hash}.txt`;
      expect([failed.status, failed.json]).toEqual([status, { error, log, request_hash: hash }]);
      const { text, headers } = await ask(log);
      expect(text.split("\n").slice(0, 3)).toEqual([error, "There is no image.", detail]);
      expect(text).toContain("line 0 of tplink_archer");
      expect(headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    },
  );

  test("it is told again to who asks again, and there is no log of what hasn't failed", async () => {
    const begun = served.house.builder.begun.length;
    const again = await send({ packages: ["vim", "-luci"], defaults: "too_big" });
    expect(again.status).toBe(413);
    expect(served.house.builder.begun).toHaveLength(begun);
    const { json } = await send({ packages: ["tmux", "-vim"] });
    for (const hash of [json.request_hash, "0".repeat(12), "x"]) {
      expect((await ask(`/download/faillogs/faillog-${hash}.txt`)).status, hash).toBe(404);
    }
    expect((await ask("/download/faillogs/")).status).toBe(404);
    await clear();
    expect((await state(json.request_hash)).status).toBe(404);
  });

  test("it is in the list of the latest, unless it was to have a first-boot script", async () => {
    served.house.builder.failures.push(new BuildError("too_big", "There is no such image."));
    await using _ = await served.house.startWorker();
    expect((await built({ packages: ["luci", "-vim"] })).status).toBe(413);
    const { json: fails } = await ask("/api/v1/stats/fails_latest");
    expect(fails).toMatchObject([
      {
        version: "24.10.5",
        target: "ath79/generic",
        request_status: "build_fail",
        error: "There is no such image.",
      },
    ]);
  });
});

test("of two builds that come to one image the one that is kept longest has its names, unless it is gone", async () => {
  await using _ = await served.house.startWorker();
  const defaults = "uci commit";
  const [one, other] = [[], ["luci"]].map((packages) => built({ packages, defaults }));
  const finished = await Promise.all(
    [one, other].map(
      async (answered) => (await served.house.builds.byAlias("asu-v0", (await answered)?.json.request_hash))?.build,
    ),
  );
  const [first, last] = finished.filter((build) => build !== undefined && isFinished(build));
  if (!first || !last) throw new Error("they weren't built");
  // As if they had the same in them.
  const later = {
    ...last,
    inputs: first.inputs,
    result: first.result,
    expiresAt: new Date(first.expiresAt.getTime() + 1),
  };
  const open = () => new StoredImages({ database: served.house.database.kysely, log: served.parts.log });
  await using images = open();
  const named = await images.name(first);
  expect(named.build).toBe(first.id);
  const { id, hash, path } = named;
  expect(await images.name(later)).toMatchObject({ id, hash, path, build: last.id });
  await using another = open();
  expect((await another.name(first)).build).toBe(last.id);
  expect((await another.name(first, last.id)).build).toBe(first.id);
});

test("an image whose short names another one has gets longer ones, by which it is found", async () => {
  await using _ = await served.house.startWorker();
  const { json } = await built({ packages: ["base-files", "tmux"] });
  const { kysely } = served.house.database;
  // As if those 60 bits were of another image.
  await kysely.updateTable("asu_v0_image").set({ identity: "another" }).where("hash", "=", json.image_hash).execute();
  const build = (await served.house.builds.byAlias("asu-v0", json.request_hash))?.build;
  if (!build || !isFinished(build)) throw new Error("it wasn't built");
  await using images = new StoredImages({ database: kysely, log: served.parts.log });
  const { hash, path } = await images.name(build);
  expect([hash, path]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/\/[0-9a-f]{32}$/)]);
  expect((await ask(`/json/${path}/${json.sysupgrade}`)).text).toBe("image of tplink_archer with base-files tmux");
  expect((await ask(`/api/image/${hash}`)).json).toMatchObject({ image_hash: hash, files: path });
});

test("names of requests are forgotten after 90 days, and the oldest of too many", async () => {
  const { kysely } = served.house.database;
  await sql`delete from asu_v0_request`.execute(kysely);
  await sql`insert into asu_v0_request (hash, identity, asked_at) select 'n' || n, 'i' || n, now() - n * interval '40 days'
    from generate_series(0, 3) as n`.execute(kysely);
  const names = new StoredRequestNames(kysely);
  const left = async () =>
    (await kysely.selectFrom("asu_v0_request").select("hash").orderBy("hash").execute()).map(({ hash }) => hash);
  await names.sweep();
  expect(await left()).toEqual(["n0", "n1", "n2"]);
  await names.sweep(1);
  expect(await left()).toEqual(["n0"]);
});

test("a name by which a build is asked about, or that was taken just now, is nobody else's, however many newer ones there are", async () => {
  const { kysely } = served.house.database;
  const used = (await send({ board: "unheard-of", model: "C", packages: ["tmux"] })).json.request_hash;
  await sql`update asu_v0_request set asked_at = now() - interval '100 days'`.execute(kysely);
  await sql`insert into asu_v0_request (hash, identity, asked_at) values
    ('taken', 'i', now()), ('unused', 'j', now() - interval '10 minutes')`.execute(kysely);
  await new StoredRequestNames(kysely).sweep(0);
  const left = await kysely.selectFrom("asu_v0_request").select("hash").execute();
  const names = left.map(({ hash }) => hash);
  expect(names).toContain(used);
  expect(names).toContain("taken");
  expect(names).not.toContain("unused");
  await clear();
});

test("two requests with one hash are two: what the client didn't hash is compared", async () => {
  const [one, other] = [
    await send({ board: "unheard-of", model: "A" }),
    await send({ board: "unheard-of", model: "B" }),
  ];
  expect(one.json.request_hash).toMatch(/^[0-9a-f]{12}$/);
  expect(other.json.request_hash).toMatch(new RegExp(`^${one.json.request_hash}[0-9a-f]{20}$`));
  expect((await state(other.json.request_hash)).status).toBe(202);
  await clear();
});

test("what waits is answered while the catalog can't be had", async () => {
  const { catalog } = served.house;
  const asked = await send({ packages: ["base-files"] });
  catalog.troubles.set("24.10.5", "not_loaded");
  try {
    const again = await send({ packages: ["base-files"] });
    expect([again.status, again.json]).toEqual([202, asked.json]);
    const other = await send({ packages: ["base-files", "vim"] });
    expect([other.status, Number(other.headers.get("retry-after"))]).toEqual([503, 30]);
  } finally {
    catalog.troubles.clear();
    await clear();
  }
});

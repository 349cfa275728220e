import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BuildError } from "../builders/types.ts";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "./testing/build-house.ts";
import { until } from "./testing/until.ts";
import { passingFailure } from "./testing/waiting-builder.ts";

const HOUR = 3_600_000;
let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
});
afterEach(() => house.clear());
afterAll(() => house[Symbol.asyncDispose]());

const secret = (digit: string) => digit.repeat(32);

async function built(...args: Parameters<typeof askFor>) {
  await using _ = await house.startWorker();
  const { build } = await house.builds.ask(askFor(...args));
  // Awaited here: the worker is gone after it.
  return await until(house.builds, build.id, "done", "failed");
}

test("200 who ask for the same at once get one build, and its files are in the store", async () => {
  await using _ = await house.startWorker();
  const asks = Array.from({ length: 200 }, (_, n) => askFor({ packages: ["luci", "vim"] }, { asker: `192.0.2.${n}` }));
  const asked = await Promise.all(asks.map((ask) => house.builds.ask(ask)));
  expect(new Set(asked.map(({ build }) => build.id)).size).toBe(1);
  expect(asked.filter(({ outcome }) => outcome === "new").length).toBe(1);
  const build = await until(house.builds, asked[0]?.build.id ?? "", "done");
  expect(house.builder.begun.length).toBe(1);
  expect(build).toMatchObject({ attempt: 1, step: "publish", position: null, waitsFor: null, failure: null });
  expect(build.command?.slice(0, 2)).toEqual(["make", "image"]);
  const [image] = build.result?.images ?? [];
  expect(build.result?.files.map(({ name }) => name).sort()).toEqual([
    "build.log",
    "openwrt-tplink_archer-squashfs-sysupgrade.bin",
    "openwrt-tplink_archer.manifest",
  ]);
  expect(build.result?.profile).toMatchObject({ images: [{ sha256: image?.sha256, size: image?.size }] });
  const stored = await house.store.read({ build: build.id, copy: build.result?.copy ?? null }, image?.name ?? "");
  expect(stored?.kind === "bytes" && (await text(stored.stream))).toBe("image of tplink_archer with luci vim");
  expect(await house.builds.output(build.id)).toEqual({ stdout: "line 0 of tplink_archer\n", stderr: "" });
  await house.stats.flush();
  expect(await house.stats.topPackages(5)).toEqual([
    { name: "luci", count: 1 },
    { name: "vim", count: 1 },
  ]);
});

test("failures with a first-boot script are counted, and in no list", async () => {
  for (const defaults of ["uci set wireless.key=secret", null]) {
    house.builder.failures.push(new BuildError("too_big", "It is too large."));
    expect((await built(somethingNew({ defaults }))).state).toBe("failed");
  }
  await house.stats.flush();
  expect(await house.stats.failures(5)).toEqual([{ name: "too_big", count: 2 }]);
  expect(await house.stats.buildErrors(5)).toMatchObject({ total: 1, entries: [{ message: "It is too large." }] });
});

test("two servers that are asked for the same at once make one build of it", async () => {
  await using other = await house.openBuilds();
  const what = askFor(somethingNew());
  const asked = await Promise.all([house.builds.ask(what), other.builds.ask(what)]);
  expect(asked.map(({ outcome }) => outcome).sort()).toEqual(["joined", "new"]);
  expect(asked[0]?.build.id).toBe(asked[1]?.build.id);
  await using _ = await house.startWorker();
  expect(await until(other.builds, asked[0]?.build.id ?? "", "done")).toMatchObject({ state: "done" });
});

test("what is there is a hit, whatever order its packages are in; a longer wish keeps it longer", async () => {
  const { packages = [] } = somethingNew();
  const first = await built({ packages: [...packages, "vim"] }, { ttl: HOUR });
  expect(first.expiresAt?.getTime()).toBe((first.finishedAt?.getTime() ?? 0) + HOUR);
  const same = askFor({ packages: ["vim", ...packages, "vim"] }, { ttl: 5 * HOUR });
  const again = await house.builds.ask(same);
  expect(again).toMatchObject({ outcome: "hit", build: { id: first.id, state: "done" } });
  expect(again.build.expiresAt?.getTime()).toBe((first.finishedAt?.getTime() ?? 0) + 5 * HOUR);
  expect((await house.builds.ask(askFor({ packages, filesystem: "ext4" }))).outcome).toBe("new");
});

test("whoever joins decides how long it is kept, too", async () => {
  const what = somethingNew();
  using held = house.builder.hold();
  await using _ = await house.startWorker();
  const { build } = await house.builds.ask(askFor(what, { ttl: HOUR }));
  await until(house.builds, build.id, "running");
  const joined = await house.builds.ask(askFor(what, { ttl: 3 * HOUR, asker: "another" }));
  expect(joined).toMatchObject({ outcome: "joined", build: { id: build.id, state: "running" } });
  held[Symbol.dispose]();
  const done = await until(house.builds, build.id, "done");
  expect(done.expiresAt?.getTime()).toBe((done.finishedAt?.getTime() ?? 0) + 3 * HOUR);
});

describe("names of dialects", () => {
  test("lead to the newest valid build, and files under them change with it", async () => {
    const alias = { dialect: "asu-v1", hash: "a".repeat(64), request: { packages: ["x"] } };
    const what = somethingNew();
    const first = await built(what, { alias, ttl: HOUR });
    expect(await house.builds.byAlias("asu-v1", alias.hash)).toEqual({ build: first, alias });
    expect(await house.builds.byAlias("asu-v0", alias.hash)).toBeNull();
    const file = await house.builds.file(alias.hash, "build.log");
    expect(file).toMatchObject({ name: "build.log", build: first.id, isImmutable: false });
    expect(await house.builds.file(first.id, "build.log")).toMatchObject({ build: first.id, isImmutable: true });
    expect(await house.builds.file(first.id, "../build.log")).toBeNull();

    house.clock.forward(HOUR + 1);
    expect(await house.builds.byAlias("asu-v1", alias.hash)).toBeNull();
    using held = house.builder.hold();
    await using _ = await house.startWorker();
    const { build, outcome } = await house.builds.ask(askFor(what, { alias }));
    expect(outcome).toBe("new");
    await until(house.builds, build.id, "running");
    // Whoever downloads the old one goes on with it.
    expect(await house.builds.file(alias.hash, "build.log")).toMatchObject({ build: first.id });
    expect((await house.builds.byAlias("asu-v1", alias.hash))?.build.id).toBe(build.id);
    held[Symbol.dispose]();
    await until(house.builds, build.id, "done");
    expect(await house.builds.file(alias.hash, "build.log")).toMatchObject({ build: build.id });
    expect(await house.builds.file(first.id, "build.log")).toMatchObject({ build: first.id });
  });

  test("are of another request as soon as they mean another one", async () => {
    const alias = { dialect: "asu-v1", hash: "b".repeat(64), request: {} };
    const first = await built(somethingNew(), { alias });
    const { build } = await house.builds.ask(askFor(somethingNew(), { alias }));
    expect(build.id).not.toBe(first.id);
    expect((await house.builds.byAlias("asu-v1", alias.hash))?.build.id).toBe(build.id);
  });
});

test("what hasn't changed is answered without a question to the database, and the same object says so", async () => {
  const alias = { dialect: "asu-v1", hash: "c".repeat(64), request: {} };
  const what = askFor(somethingNew(), { alias, ttl: HOUR });
  const { id } = await built(what.inputs, { alias, ttl: HOUR });
  const before = (await house.builds.ask(what)).build;
  await house.builds.byAlias("asu-v1", alias.hash);
  const { generation } = house.builds;
  await house.database.pool.query("alter table build rename to away");
  try {
    expect(await house.builds.ask(what)).toEqual({ build: before, outcome: "hit" });
    expect((await house.builds.byAlias("asu-v1", alias.hash))?.build).toBe(before);
    expect(await house.builds.byId(id)).toBe(before);
    expect(house.builds.generation).toBe(generation);
  } finally {
    await house.database.pool.query("alter table away rename to build");
  }
  house.clock.forward(HOUR + 1);
  expect(house.builds.generation).not.toBe(generation);
  expect((await house.builds.ask(what)).outcome).toBe("new");
});

test("whoever asks for the same again and again to hear how far it is needs no question to the database, either", async () => {
  const alias = { dialect: "asu-v1", hash: "d".repeat(64), request: {} };
  const what = askFor(somethingNew(), { alias });
  const first = await house.builds.ask(what);
  // From then on nothing of it changes.
  await until(house.builds, first.build.id, ({ waitsFor }) => waitsFor !== null);
  await house.builds.ask(what);
  await house.database.pool.query("alter table build rename to away");
  try {
    expect(await house.builds.ask(what)).toMatchObject({
      outcome: "joined",
      build: { id: first.build.id, position: 0 },
    });
  } finally {
    await house.database.pool.query("alter table away rename to build");
  }
  const longer = await house.builds.ask({ ...what, ttl: what.ttl + 1 });
  expect(longer.outcome).toBe("joined");
  const { rows } = await house.database.pool.query("select ttl from build_asker where build = $1", [first.build.id]);
  expect(rows).toEqual([{ ttl: what.ttl + 1 }]);
});

describe("failures", () => {
  const missing = () => new BuildError("missing_package", "There is no package luci-app-none.");

  test("that nobody can help are replayed for an hour", async () => {
    house.builder.failures.push(missing());
    const what = somethingNew();
    const failed = await built(what);
    expect(failed).toMatchObject({ state: "failed", failure: { code: "missing_package", isPassing: false } });
    expect(await house.builds.ask(askFor(what))).toMatchObject({ outcome: "hit", build: { id: failed.id } });
    house.clock.forward(HOUR - 10_000);
    expect((await house.builds.ask(askFor(what))).outcome).toBe("hit");
    house.clock.forward(10_001);
    expect((await house.builds.ask(askFor(what))).outcome).toBe("new");
  });

  test("are forgotten once the catalog of their target has changed", async () => {
    house.builder.failures.push(missing());
    const what = somethingNew();
    const failed = await built(what);
    house.catalog.digest = "2";
    expect(await house.builds.ask(askFor(what))).toMatchObject({ outcome: "new", build: { state: "queued" } });
    expect((await house.builds.byId(failed.id))?.state).toBe("failed");
  });
});

describe("what was asked for", () => {
  test("is taken back by its secret; with the last one goes the build, and its worker stops", async () => {
    const what = somethingNew();
    using _held = house.builder.hold();
    await using _ = await house.startWorker();
    const { build } = await house.builds.ask(askFor(what, { secret: secret("a") }));
    await house.builds.ask(askFor(what, { secret: secret("b") }));
    await until(house.builds, build.id, "running");
    await expect(house.builds.withdraw(build.id, secret("c"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(house.builds.withdraw(secret("0"), secret("a"))).rejects.toMatchObject({ code: "not_found" });
    expect((await house.builds.withdraw(build.id, secret("a"))).state).toBe("running");
    expect((await house.builds.withdraw(build.id, secret("a"))).state).toBe("running");
    expect((await house.builds.withdraw(build.id, secret("b"))).state).toBe("withdrawn");
    await expect.poll(() => house.builder.inside).toBe(0);
    const again = await house.builds.ask(askFor(what));
    expect(again.outcome).toBe("new");
    expect(again.build.id).not.toBe(build.id);
  });

  test("goes on for those who can't take it back", async () => {
    const what = somethingNew();
    const { build } = await house.builds.ask(askFor(what));
    await house.builds.ask(askFor(what, { secret: secret("a") }));
    expect((await house.builds.withdraw(build.id, secret("a"))).state).toBe("queued");
  });
});

test("when too many wait, nobody else is taken, but for who joins or is answered at once", async () => {
  const there = askFor(somethingNew());
  await built(there.inputs);
  const { builds, config } = house;
  const asked = [somethingNew(), somethingNew(), somethingNew()];
  config.builds.max_pending = 2;
  try {
    for (const what of asked) await builds.ask(askFor(what));
    await expect(builds.ask(askFor(somethingNew()))).rejects.toMatchObject({
      code: "queue_full",
      status: 503,
      retryAfter: 60,
      fields: { length: 3 },
    });
    expect((await builds.ask(askFor(asked[0]))).outcome).toBe("joined");
    expect((await builds.ask(there)).outcome).toBe("hit");
    expect(builds.queueLength()).toBe(3);
  } finally {
    config.builds.max_pending = 200;
  }
});

test("a build that fails for a passing cause is tried again by itself, and failed after the last try", async () => {
  for (let n = 0; n < 4; n++) house.builder.failures.push(passingFailure());
  await using _ = await house.startWorker();
  const what = somethingNew();
  const { build } = await house.builds.ask(askFor(what));
  for (const [tries, seconds] of [
    [1, 6],
    [2, 36],
    [3, 144],
  ] as const) {
    const waits = await until(
      house.builds,
      build.id,
      (one) => one.state === "queued" && one.attempt === tries && one.waitsFor !== null,
    );
    expect(waits).toMatchObject({ position: 0, startedAt: expect.any(Date), failure: null });
    expect(waits.waitsFor).toMatch(new RegExp(`^The mirror doesn't answer. Try ${tries + 1} of 4 at [0-9:]{8} UTC.$`));
    expect(house.builder.inside).toBe(0);
    house.clock.forward(seconds * 1_000);
  }
  const failed = await until(house.builds, build.id, "failed");
  expect(failed).toMatchObject({ attempt: 4, failure: { code: "mirror_failed", isPassing: true } });
  expect((await house.builds.log(build.id, 0, 100)).filter(({ stream }) => stream === "note").length).toBe(4);
  // Whoever looks sees it for an hour; whoever asks starts anew.
  expect((await house.builds.byId(build.id))?.state).toBe("failed");
  expect((await house.builds.ask(askFor(what))).outcome).toBe("new");
});

test("what happened while notifications were interrupted is known afterwards", async () => {
  await house.builds.ask(askFor(somethingNew()));
  await house.database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like '%listener' and datname = current_database()`);
  await using other = await house.openBuilds();
  expect((await other.builds.ask(askFor(somethingNew()))).build.position).toBe(1);
  await expect.poll(() => house.builds.queueLength()).toBe(2);
});

test("what no build can be called isn't there", async () => {
  expect(await house.builds.byAlias("asu-v1", "a\0")).toBeNull();
  expect(await house.builds.byId("\0")).toBeNull();
  expect(await house.builds.file("\0", "build.log")).toBeNull();
  expect(await house.builds.log("\0", 0, 10)).toEqual([]);
});

test("a script may have any character", async () => {
  const done = await built(somethingNew({ defaults: "echo a\0b\nü 🏠" }));
  expect(done.inputs.defaults).toBe("echo a\0b\nü 🏠");
});

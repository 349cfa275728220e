import pino from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BuildError } from "../builders/types.ts";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "../builds/testing/build-house.ts";
import { until } from "../builds/testing/until.ts";
import { passingFailure } from "../builds/testing/waiting-builder.ts";
import type { Build } from "../builds/types.ts";
import { createOperator } from "./service.ts";
import type { ListedBuild, ListedRange, Operator } from "./types.ts";

const BY = "token of a test";
const said: Record<string, unknown>[] = [];
let house: BuildHouse;
let operator: Operator;

beforeAll(async () => {
  house = await openBuildHouse();
  operator = operatorOf(house);
});
afterEach(() => house.clear());
afterAll(() => house[Symbol.asyncDispose]());

function operatorOf({ builds }: Pick<BuildHouse, "builds">): Operator {
  const log = pino({ level: "info" }, { write: (line) => void said.push(JSON.parse(line)) });
  return createOperator({ kysely: house.database.kysely, builds, store: house.store, clock: house.clock.now, log });
}

async function built(what = askFor(somethingNew())): Promise<Build> {
  await using _ = await house.startWorker();
  const { build } = await house.builds.ask(what);
  return await until(house.builds, build.id, "done", "failed");
}

/** Builds that have anything in the store. */
async function inStore(): Promise<string[]> {
  const found: string[] = [];
  for await (const { build } of house.store.builds()) found.push(build);
  return found;
}

const jobs = async () => {
  const { rows } = await house.database.pool.query("select id from pawl_queue.job where state <= 'active'");
  return rows.length;
};

describe("drop", () => {
  test("what is done is forgotten with its files, and the next who asks has it built anew", async () => {
    const what = askFor(somethingNew());
    const build = await built(what);
    expect(await inStore()).toContain(build.id);
    expect(await operator.drop(build.id, BY)).toMatchObject({ id: build.id, state: "withdrawn", result: null });
    expect(await inStore()).not.toContain(build.id);
    expect(await house.builds.file(build.id, "build.log")).toBeNull();
    expect(said.at(-1)).toMatchObject({ audit: true, by: BY, build: build.id, msg: "build dropped" });
    const anew = await house.builds.ask(what);
    expect(anew.outcome).toBe("new");
    expect(anew.build.id).not.toBe(build.id);
  });

  test("a failure isn't replayed any more", async () => {
    const what = askFor(somethingNew());
    house.builder.failures.push(new BuildError("too_big", "It doesn't fit."));
    const build = await built(what);
    expect((await house.builds.ask(what)).outcome).toBe("hit");
    await operator.drop(build.id, BY);
    expect((await house.builds.ask(what)).outcome).toBe("new");
  });

  test("what waits is never begun, and nobody is behind it any more", async () => {
    const first = await house.builds.ask(askFor(somethingNew()));
    const second = await house.builds.ask(askFor(somethingNew()));
    const before = house.builder.begun.length;
    await operator.drop(first.build.id, BY);
    expect((await house.builds.byId(second.build.id))?.position).toBe(0);
    await using _ = await house.startWorker();
    await until(house.builds, second.build.id, "done");
    expect(house.builder.begun.length).toBe(before + 1);
  });

  test("what runs is stopped, and leaves nothing in the store", async () => {
    await using _ = await house.startWorker();
    using _held = house.builder.hold();
    const { build } = await house.builds.ask(askFor(somethingNew()));
    await until(house.builds, build.id, ({ step }) => step === "resolve");
    await operator.drop(build.id, BY);
    await expect.poll(() => house.builder.inside).toBe(0);
    expect((await house.builds.byId(build.id))?.state).toBe("withdrawn");
    expect(await inStore()).not.toContain(build.id);
  });

  test("while it is published: it isn't served afterwards, and its files go", async () => {
    await using _ = await house.startWorker({ parallel: 4 });
    const dropped = await Promise.all(
      [0, 2, 5, 10, 15, 25].map(async (pause) => {
        const { build } = await house.builds.ask(askFor(somethingNew()));
        await until(house.builds, build.id, ({ step }) => step === "publish" || step === "assemble");
        await new Promise((resolve) => setTimeout(resolve, pause));
        await operator.drop(build.id, BY);
        return build.id;
      }),
    );
    for (const id of dropped) {
      expect(await house.builds.byId(id)).toMatchObject({ state: "withdrawn", result: null });
      await expect.poll(async () => (await inStore()).includes(id)).toBe(false);
    }
    expect(await jobs()).toBe(0);
  });

  test("while others join: each of them has the build that was dropped, or one that is made anew; never two of it at once", async () => {
    await using other = await house.openBuilds();
    for (let round = 0; round < 5; round++) {
      const what = askFor(somethingNew());
      const { build } = await house.builds.ask(what);
      const [, ...asked] = await Promise.all([
        operator.drop(build.id, BY),
        ...Array.from({ length: 6 }, (_, n) =>
          (n % 2 ? other : house).builds.ask({ ...what, asker: `192.0.2.${n}`, secret: `${n}`.repeat(32) }),
        ),
      ]);
      const anew = new Set(asked.map((one) => one.build.id).filter((id) => id !== build.id));
      expect(anew.size).toBeLessThanOrEqual(1);
      const live = await house.database.kysely
        .selectFrom("build")
        .select("id")
        .where("key", "=", build.key)
        .where("state", "=", "queued")
        .execute();
      expect(live.map(({ id }) => id)).toEqual([...anew]);
      expect((await house.builds.ask(what)).build.id).not.toBe(build.id);
      await house.clear();
    }
  });

  test("by two servers at once, and once more: both are told that it is dropped", async () => {
    await using other = await house.openBuilds();
    const { build } = await house.builds.ask(askFor(somethingNew()));
    const both = await Promise.all([operator.drop(build.id, BY), operatorOf(other).drop(build.id, BY)]);
    expect(both.map(({ state }) => state)).toEqual(["withdrawn", "withdrawn"]);
    expect((await operator.drop(build.id, BY)).finishedAt).toEqual(both[0]?.finishedAt);
    await expect(operator.drop("0".repeat(32), BY)).rejects.toMatchObject({ code: "not_found" });
  });

  test("when its files can't be removed, that is said, and another drop does it", async () => {
    const build = await built();
    const { kysely } = house.database;
    const shared = { kysely, builds: house.builds, clock: house.clock.now, log: pino({ level: "silent" }) };
    const remove = () => Promise.reject(new Error("503 SlowDown"));
    await expect(createOperator({ ...shared, store: { remove } }).drop(build.id, BY)).rejects.toMatchObject({
      code: "store_failed",
    });
    expect((await house.builds.byId(build.id))?.state).toBe("withdrawn");
    await operator.drop(build.id, BY);
    expect(await inStore()).not.toContain(build.id);
  });
});

describe("retry", () => {
  async function failed(): Promise<Build> {
    house.builder.failures.push(new BuildError("too_big", "It doesn't fit."));
    return built();
  }

  test("a failure is tried again as the same build, before what waits, and nobody's position rises", async () => {
    const build = await failed();
    const waiting = await house.builds.ask(askFor(somethingNew()));
    expect(waiting.build.position).toBe(0);
    const retried = await operator.retry(build.id, BY);
    expect(retried).toMatchObject({ id: build.id, state: "queued", position: 0, failure: null, expiresAt: null });
    expect((await house.builds.byId(waiting.build.id))?.position).toBe(0);
    const before = house.builder.begun.length;
    await using _ = await house.startWorker();
    expect(await until(house.builds, build.id, "done")).toMatchObject({ attempt: 2 });
    await until(house.builds, waiting.build.id, "done");
    const begun = house.builder.begun.slice(before).map(({ inputs }) => inputs.packages);
    expect(begun).toEqual([build.inputs.packages, waiting.build.inputs.packages]);
    expect(said.find(({ msg, build: id }) => msg === "build retried" && id === build.id)).toMatchObject({ by: BY });
  });

  test("twice at once, and while somebody asks for it: it is tried once", async () => {
    await using other = await house.openBuilds();
    const build = await failed();
    const { key: _key, inputs } = build;
    const [first, second, asked] = await Promise.all([
      operator.retry(build.id, BY),
      operatorOf(other).retry(build.id, BY),
      other.builds.ask({ ...askFor(), inputs }),
    ]);
    expect([first.state, second.state, asked.build.id]).toEqual(["queued", "queued", build.id]);
    expect(await jobs()).toBe(1);
    await using _ = await house.startWorker();
    expect(await until(house.builds, build.id, "done")).toMatchObject({ attempt: 2 });
  });

  test("what the operator has put right since then counts", async () => {
    const build = await failed();
    house.config.builds.limits.memory *= 2;
    await operator.retry(build.id, BY);
    const { recipe } = await house.database.kysely
      .selectFrom("build")
      .select("recipe")
      .where("id", "=", build.id)
      .executeTakeFirstOrThrow();
    expect(recipe.limits.memoryBytes).toBe(house.config.builds.limits.memory);
    house.config.builds.limits.memory /= 2;
  });

  test("what waits for its next try needn't wait", async () => {
    await using _ = await house.startWorker();
    house.builder.failures.push(passingFailure());
    const { build } = await house.builds.ask(askFor(somethingNew()));
    await until(house.builds, build.id, ({ state, waitsFor }) => state === "queued" && waitsFor !== null);
    await operator.retry(build.id, BY);
    expect(await until(house.builds, build.id, "done")).toMatchObject({ attempt: 2, waitsFor: null });
  });

  test("what is no failure, or was asked for again since, can't be; what waits stays as it is", async () => {
    const done = await built();
    await expect(operator.retry(done.id, BY)).rejects.toThrow("Drop it");
    await operator.drop(done.id, BY);
    await expect(operator.retry(done.id, BY)).rejects.toMatchObject({ code: "unprocessable" });
    const old = await failed();
    const { build } = await house.builds.ask(askFor(somethingNew()));
    expect(await operator.retry(build.id, BY)).toMatchObject({ state: "queued", attempt: 0 });
    house.catalog.digest = "2";
    const { build: newer } = await house.builds.ask({ ...askFor(), inputs: old.inputs });
    await expect(operator.retry(old.id, BY)).rejects.toThrow(newer.id);
    house.catalog.digest = "1";
    await expect(operator.retry("0".repeat(32), BY)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what there is", () => {
  test("lists of builds: newest first, by what they are of, and none with a first-boot script", async () => {
    const targets = ["ath79/generic", "x86/64", "x86/64"];
    const asked = [];
    for (const target of targets) {
      asked.push((await house.builds.ask(askFor(somethingNew({ target, profile: "generic" })))).build.id);
    }
    const hidden = (await house.builds.ask(askFor(somethingNew({ defaults: "echo a\0b" })))).build.id;
    const list = async (range: Omit<ListedRange, "limit">) =>
      (await operator.builds({ ...range, limit: 100 })).map(({ id }) => id);
    const waiting = await operator.builds({ state: "queued", limit: 100 });
    expect(waiting.map(({ id }) => id)).toEqual([...asked].reverse());
    expect(waiting[0]).toMatchObject({ target: "x86/64", version: "24.10.5", profile: "generic", worker: null });
    expect(await list({ state: "queued", target: "x86/64" })).toEqual([asked[2], asked[1]]);
    expect(await list({ state: "queued", version: "24.10.5", after: waiting[0] })).toEqual([asked[1], asked[0]]);
    expect(await list({ distribution: "open" })).toEqual([]);
    expect(await list({ state: "failed", version: "23.05.0" })).toEqual([]);
    expect(await list({})).not.toContain(hidden);
  });

  test("how long builds took, in either order, each on one page only, with how many there are", async () => {
    const { kysely } = house.database;
    const took = [5_000, 1_000, 5_000, 3_000];
    const ids: string[] = [];
    for (const ms of took) {
      const { build } = await house.builds.ask(askFor(somethingNew({ target: "x86/64", profile: "generic" })));
      const times = { started_at: new Date(0), finished_at: new Date(ms) };
      await kysely
        .updateTable("build")
        .set({ ...times, job: null, state: "withdrawn" })
        .where("id", "=", build.id)
        .execute();
      ids.push(build.id);
    }
    const { build: waits } = await house.builds.ask(askFor(somethingNew({ target: "x86/64", profile: "generic" })));
    const all = async (sort: ListedRange["sort"]) => {
      const seen: string[] = [];
      let after: ListedBuild | undefined;
      for (;;) {
        const [next] = await operator.builds({ profile: "generic", sort, after, limit: 1 });
        if (!next) return seen.filter((id) => id === waits.id || ids.includes(id));
        seen.push(next.id);
        after = next;
      }
    };
    expect(await all("slowest")).toEqual([ids[2], ids[0], ids[3], ids[1]]);
    expect(await all("quickest")).toEqual([ids[1], ids[3], ids[0], ids[2]]);
    expect(await all("oldest")).toEqual([...ids, waits.id]);
    expect(await operator.countBuilds({ query: ids[0] })).toBe(1);
    const count = await operator.countBuilds({ state: "queued", query: "x86 GENERIC 24.10" });
    expect([count, await operator.countBuilds({ query: "x86 %" })]).toEqual([1, 0]);
  });

  test("workers with what they build, and what waits with its reason", async () => {
    {
      await using _ = await house.startWorker({ name: "oven", targets: ["x86/*"] });
      using held = house.builder.hold();
      const { build } = await house.builds.ask(askFor(somethingNew({ target: "x86/64", profile: "generic" })));
      await until(house.builds, build.id, "running");
      await house.builds.ask(askFor(somethingNew({ target: "x86/64", profile: "generic" })));
      await house.builds.ask(askFor(somethingNew()));
      const [oven] = await operator.workers();
      expect(oven).toMatchObject({ name: "oven", running: 1, isThere: true, isDraining: false, trouble: null });
      expect(oven?.builds).toMatchObject([{ id: build.id, target: "x86/64", profile: "generic" }]);
      const { waiting, running, targets } = await operator.queue();
      expect([waiting, running]).toEqual([2, 1]);
      expect(targets).toMatchObject([
        { target: "x86/64", waiting: 1, running: 1, workers: 1, why: "Its worker builds something else." },
        { target: "ath79/generic", waiting: 1, workers: 0, why: "No worker is there for ath79/generic." },
      ]);
      await house.clear();
      held[Symbol.dispose]();
    }
    expect(await operator.workers()).toEqual([]);
  });
});

import { expect, test } from "vitest";
import type { QueueState, ShownWorker } from "../operator/types.ts";
import { assessConnections, assessMigrations, assessSkew } from "./database.ts";
import { assessRights, assessRoom } from "./folders.ts";
import { assessCollection } from "./garbage.ts";
import { assessKernel } from "./machine.ts";
import { assessQueue } from "./queue.ts";
import { assessTokens } from "./tokens.ts";
import { assessUnit } from "./units.ts";
import { assessReadings } from "./upstream.ts";
import { assessWorkers } from "./workers.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const HOUR = 3_600_000;
const GB = 1e9;
const shown = (findings: readonly { ok: string; title: string }[]) =>
  findings.map(({ ok, title }) => `${ok}: ${title}`);

test.each([
  [["a", "b"], "ok: The database has the tables of this program"],
  [["a"], "warning: The database is older than this program"],
  [[], "warning: The database has no tables yet"],
  [["a", "b", "c"], "trouble: The database is newer than this program"],
])("tables after the steps %j", (made, words) => {
  expect(shown([assessMigrations(made, [{ name: "a" }, { name: "b" }])])).toEqual([words]);
});

test.each([
  [500, "ok: This machine's clock and the database's agree"],
  [-5_000, "warning: This machine's clock is 5 s behind the database's"],
  [2 * HOUR, "trouble: This machine's clock is 120 minutes ahead of the database's"],
])("a clock that is %i ms ahead", (ms, words) => {
  expect(shown([assessSkew(ms)])).toEqual([words]);
});

test("connections that are left suffice for one more process, or don't", () => {
  expect(assessConnections({ most: 97, used: 20 }, 10).ok).toBe("ok");
  expect(assessConnections({ most: 97, used: 90 }, 10).ok).toBe("warning");
});

test("folders: everybody's, another user's, one's own", () => {
  const place = { key: "store_dir", path: "/srv/store", owner: 998, mode: 0o750 };
  expect(assessRights(place, { owner: 998 })).toBeNull();
  expect(assessRights({ ...place, mode: 0o777 }, { owner: 998 })?.fix).toBe("chmod o-w /srv/store");
  expect(assessRights({ ...place, mode: 0o1777 }, { owner: 998 })).toBeNull();
  expect(assessRights({ ...place, owner: 0 }, { owner: 998 })?.fix).toBe("chown -R 998 /srv/store");
});

test("disks: full, too little for builds, too small for what is to be kept", () => {
  const places = [{ key: "store_dir", path: "/srv", budget: 20 * GB }];
  const room = (free: number, total: number) => shown(assessRoom(places, { free, total, path: "/srv" }, 4 * GB));
  expect(room(30 * GB, 40 * GB)).toEqual(["ok: 30.0 GB of 40.0 GB are free for store_dir"]);
  expect(room(2 * GB, 40 * GB)).toEqual([expect.stringMatching(/^warning: .*builds may need 4.0 GB$/)]);
  expect(room(0.1 * GB, 40 * GB)).toEqual([expect.stringMatching(/^trouble: The disk is as good as full/)]);
  expect(room(5 * GB, 10 * GB)[1]).toBe("warning: 20.0 GB may be kept on a disk of 10.0 GB (store_dir)");
});

const worker: ShownWorker = {
  id: "1",
  name: "oven",
  targets: ["*"],
  architecture: "x86_64",
  parallel: 2,
  running: 1,
  builds: [],
  trouble: null,
  isDraining: false,
  isThere: true,
  startedAt: NOW,
  seenAt: NOW,
};

test("workers: none, well, lacking something, lost", () => {
  expect(shown(assessWorkers([]))).toEqual(["trouble: No worker is there that builds: what is asked for waits"]);
  expect(shown(assessWorkers([worker]))).toEqual(["ok: 1 worker is there, for 2 builds at a time; 1 at work"]);
  const lacking = { ...worker, trouble: "ImageBuilders need make: apt install make." };
  expect(shown(assessWorkers([lacking]))).toEqual([
    "trouble: No worker is there that builds: what is asked for waits",
    "trouble: The worker oven can't build: ImageBuilders need make: apt install make",
  ]);
  expect(shown(assessWorkers([worker, { ...worker, name: "kiln", isThere: false }]))[1]).toBe(
    "warning: The worker kiln was there, and has said nothing since 12:00:00 UTC",
  );
});

const waiting = (more: Partial<QueueState["targets"][number]>): QueueState => ({
  waiting: 2,
  running: 0,
  targets: [
    {
      distribution: "openwrt",
      target: "x86/64",
      architecture: "x86_64",
      waiting: 2,
      running: 0,
      retrying: 0,
      oldestAt: new Date(NOW.getTime() - HOUR / 2),
      workers: 1,
      free: 0,
      why: "Its worker builds something else.",
      ...more,
    },
  ],
});

test("the queue: empty, moving, unserved, stuck, slow, abandoned", () => {
  const words = (queue: QueueState, orphans = 0) => shown(assessQueue(queue, orphans, NOW));
  expect(words({ waiting: 0, running: 1, targets: [] })).toEqual(["ok: Nothing waits to be built"]);
  expect(words(waiting({}))).toEqual(["ok: Builds that wait: 2; that run: 0"]);
  expect(words(waiting({ workers: 0 }))).toEqual(["trouble: 2 builds for x86/64 wait for a worker, for 30 minutes"]);
  expect(words(waiting({ free: 1 }))).toEqual([
    "trouble: 2 builds for x86/64 wait for 30 minutes, though workers have room",
  ]);
  expect(words(waiting({ free: 1, retrying: 2 }))).toEqual(["ok: Builds that wait: 2; that run: 0"]);
  expect(words(waiting({ oldestAt: new Date(NOW.getTime() - 2 * HOUR) }))).toEqual([
    "warning: 2 builds for x86/64 wait, the oldest for 120 minutes",
  ]);
  expect(words({ waiting: 0, running: 1, targets: [] }, 1)[0]).toMatch(/^trouble: 1 build should run/);
});

test.each([
  [null, 2 * HOUR, "ok: Nothing had to be cleaned up yet"],
  [null, 90 * HOUR, "trouble: Nothing was ever cleaned up: the store grows, and what should be gone is kept"],
  [{ ago: HOUR, hasEnded: true, trouble: null }, 90 * HOUR, "ok: What isn't kept was cleaned up 60 minutes ago"],
  [{ ago: HOUR, hasEnded: true, trouble: "No." }, 90 * HOUR, "warning: The last clean-up broke off: No"],
  [
    { ago: 4 * HOUR, hasEnded: true, trouble: null },
    90 * HOUR,
    "trouble: Nothing was cleaned up for 4 hours: the store grows, and what should be gone is kept",
  ],
])("clean-up every hour, %j, %i ms after the database was made", (last, age, words) => {
  expect(shown([assessCollection(last, { every: HOUR, age })])).toEqual([words]);
});

test("tokens that have ended, or will soon", () => {
  const ending = (name: string, ms: number | null) => ({
    name,
    expires_at: ms === null ? null : new Date(NOW.getTime() + ms),
  });
  expect(shown(assessTokens([ending("a", -1), ending("b", HOUR), ending("c", null)], NOW))).toEqual([
    "warning: The token a has ended",
    "warning: The token b ends on 2026-05-01",
  ]);
  expect(shown(assessTokens([ending("c", null)], NOW))).toEqual(["ok: 1 token, none of them at its end"]);
});

test("what was read: well, refused, old", () => {
  const of = { distribution: "openwrt", total: 3, verified: 2 };
  expect(shown(assessReadings({ ...of, troubles: [] }))).toEqual([
    "ok: Of openwrt, 3 files read, none in trouble; 2 signed",
  ]);
  const troubles = [
    { code: "mirror_down", count: 1, sentence: "It can't be reached." },
    { code: "signature_wrong", count: 2, sentence: "…" },
  ];
  expect(shown(assessReadings({ ...of, troubles }))).toEqual([
    "warning: Of openwrt, 1 of 3 files not read anew: mirror_down",
    "trouble: Of openwrt, 2 of 3 files refused: signature_wrong",
  ]);
});

test.each([
  [{ isKnown: false }, "warning"],
  [{ state: "failed" }, "trouble"],
  [{ isEnabled: false }, "warning"],
  [{ isActive: false }, "warning"],
  [{}, "ok"],
])("the server's unit, but %j", (but, ok) => {
  const unit = { name: "", isKnown: true, isActive: true, isEnabled: true, hasRun: true, state: "active", next: null };
  expect(assessUnit({ ...unit, ...but }).ok).toBe(ok);
});

test("what the kernel lacks for builds", () => {
  expect(assessKernel("nodev\toverlay\n", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")).toEqual([]);
  expect(assessKernel("nodev\toverlay\n", "30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n")).toEqual(
    [],
  );
  expect(assessKernel("\text4\n", "").map(({ ok }) => ok)).toEqual(["warning", "warning"]);
});

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppBench } from "../testing/app-bench.ts";

let bench: AppBench;

beforeEach(async () => {
  bench = await AppBench.create();
  bench.device.publish("0.5.0", { channel: "lab" });
});
afterEach(async () => {
  await bench.app.settled();
  expect(bench.device.faults).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const settingsPath = () => bench.device.paths.api.settings;

async function writeSettings(text: string): Promise<void> {
  await mkdir(bench.device.paths.api.dir, { recursive: true });
  await writeFile(settingsPath(), text);
}

test("a check under way for the old channel says nothing about the new one", async () => {
  const hold = bench.holdAt("manifest");
  await bench.app.check({ force: true });
  await hold.reached;
  await bench.app.choices.setChannel({ channel: "lab", force: true });
  hold.go();
  await bench.app.settled();
  expect(await bench.app.status()).toMatchObject({ channel: "lab", latest_version: null, last_checked: null });
  await bench.checked();
  expect(await bench.app.status()).toMatchObject({ latest_version: "0.5.0", direction: "down", has_update: false });
});

test("a check under way for the channel that is chosen again is news", async () => {
  const hold = bench.holdAt("manifest");
  await bench.app.check({ force: true });
  await hold.reached;
  await bench.app.choices.setChannel({ channel: "stable", force: true });
  hold.go();
  await bench.app.settled();
  expect(await bench.app.status()).toMatchObject({ channel: "stable", latest_version: "1.1.0" });
});

test("an update that waits for its window doesn't come from a channel that was left", async () => {
  const { update_id } = await bench.waiting();
  await bench.app.choices.setChannel({ channel: "lab", force: false });
  expect(await bench.app.status()).toMatchObject({ state: "idle", channel: "lab", last_result: "cancelled" });
  expect((await bench.app.history())[0]).toMatchObject({ id: update_id, result: "cancelled" });
  bench.clock.pass(2 * 3_600_000);
  expect(await bench.app.resume()).toBe(false);
  expect(bench.device.tree).toBe("1.0.0");
});

test("one that waits, waits on when the same channel is chosen again, or another setting", async () => {
  const { update_id } = await bench.waiting();
  await bench.app.choices.setChannel({ channel: "stable", force: false });
  await bench.app.choices.changeSettings({ auto: { time: "23:00" }, channel: "stable" });
  expect(await bench.app.status()).toMatchObject({ phase: "waiting", update_id });
});

test("while an update waits, the end of the one before is still told, and can be seen", async () => {
  bench.device.works = (version) => version !== "1.1.0";
  await bench.checked();
  await bench.installed();
  bench.device.publish("1.2.0");
  bench.device.window = bench.laterWindow();
  bench.app = await bench.device.app();
  await bench.checked();
  await bench.installed({ force: false, unattended: true });
  expect(await bench.app.status()).toMatchObject({ phase: "waiting", last_result: "rolled_back" });
  expect(await bench.app.choices.seen()).toBeNull();
  expect(await bench.app.status()).toMatchObject({ phase: "waiting", last_result: null, failure: null });
});

test("a choice is on disk when it is answered, whole and for every process", async () => {
  const other = await bench.device.app();
  await bench.app.choices.setChannel({ channel: "lab", force: true });
  expect(JSON.parse(await readFile(settingsPath(), "utf8"))).toMatchObject({ channel: "lab" });
  expect((await other.status()).channel).toBe("lab");
  expect((await other.choices.settings()).own).toEqual(["channel"]);
});

test("of many processes that choose at once none loses another's choice", async () => {
  const apps = await Promise.all(Array.from({ length: 8 }, () => bench.device.app()));
  await Promise.all(
    apps.map((app, n) =>
      n % 2 === 0
        ? app.choices.changeSettings({ auto: { time: `0${n}:00` } })
        : app.choices.skip({ version: `1.${n}.0`, skip: true }),
    ),
  );
  const { auto, skipped_version } = JSON.parse(await readFile(settingsPath(), "utf8"));
  expect(auto.time).toMatch(/^0[0246]:00$/);
  expect(skipped_version).toMatch(/^1\.[1357]\.0$/);
});

test.each(["", '{"channel": "la', '{"channel": "../../x"}', '{"auto": {"time": "99:99"}}', "[]", "null"])(
  "settings that can't be read count as none, and the next choice mends them: %s",
  async (text) => {
    await writeSettings(text);
    expect(await bench.app.choices.settings()).toMatchObject({ channel: "stable", own: [] });
    await bench.app.choices.changeSettings({ auto: { check: false } });
    expect(await bench.app.choices.settings()).toMatchObject({ auto: { check: false }, own: ["auto.check"] });
  },
);

test("of a branch the commit on offer is skipped: the next one of that version is offered again", async () => {
  const offer = async (commit: string) => {
    const record = JSON.parse(await readFile(bench.device.paths.api.state, "utf8"));
    await writeFile(
      bench.device.paths.api.state,
      JSON.stringify({ ...record, release: { ...record.release, commit: commit.repeat(40) } }),
    );
    return bench.app.status();
  };
  await bench.checked();
  const { latest_version: version } = await offer("a");
  await bench.app.choices.skip({ version: version ?? "", skip: true });
  expect(await bench.app.status()).toMatchObject({ has_update: false, skipped_version: version });
  expect(await offer("b")).toMatchObject({ has_update: true, latest_version: version });
  await bench.app.choices.skip({ version: version ?? "", skip: false });
  expect(await offer("a")).toMatchObject({ has_update: true, skipped_version: null });
});

test("what a power cut left half written beside the file hinders nobody", async () => {
  await writeSettings("{}");
  await writeFile(`${settingsPath()}.tmp`, '{"channel": "la');
  await bench.app.choices.setChannel({ channel: "lab", force: true });
  expect((await bench.app.status()).channel).toBe("lab");
});

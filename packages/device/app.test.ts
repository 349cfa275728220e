import { sha256Of } from "@pawl/trust";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "./error.ts";
import { AppBench } from "./testing/app-bench.ts";
import { sha } from "./update/update-fixture.ts";

let bench: AppBench;

beforeEach(async () => {
  bench = await AppBench.create();
});
afterEach(async () => {
  await bench.app.settled();
  expect(bench.device.faults).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

test("a check finds what is newest, and answers before it has", async () => {
  const hold = bench.holdAt("offers");
  expect(await bench.app.check({ force: false })).toEqual({ message: "Update check started", cached: false });
  await hold.reached;
  expect(await bench.app.status()).toMatchObject({ state: "checking", latest_version: null });
  hold.go();
  await bench.app.settled();
  expect(await bench.app.status()).toMatchObject({
    state: "idle",
    current_version: "1.0.0",
    latest_version: "1.1.0",
    has_update: true,
    last_checked: bench.clock.now().toISOString(),
    update_id: null,
  });
});

test("a good answer younger than ten minutes is used again, unless the owner insists", async () => {
  await bench.checked();
  expect(await bench.app.check({ force: false })).toEqual({ message: "Using cached result", cached: true });
  bench.clock.pass(10 * 60_000 - 1);
  expect(await bench.app.check({ force: false })).toMatchObject({ cached: true });
  expect(bench.count("offers")).toBe(1);
  expect(await bench.app.check({ force: true })).toEqual({ message: "Update check started", cached: false });
  await bench.app.settled();
  bench.clock.pass(10 * 60_000);
  expect(await bench.app.check({ force: false })).toMatchObject({ cached: false });
});

test("an answer from the future, of before the clock was set back, isn't used again", async () => {
  await bench.checked();
  bench.clock.pass(-60_000);
  expect(await bench.app.check({ force: false })).toMatchObject({ cached: false });
});

test("after a check that failed the next one asks again, and the old answer stays", async () => {
  await bench.checked();
  bench.device.hook = () => {
    throw new UpdateError("host_error", "The host answered with 500.");
  };
  await bench.checked();
  const status = { state: "error", error: "The host answered with 500.", latest_version: "1.1.0" };
  expect(await bench.app.status()).toMatchObject({ ...status, failure: { code: "host_error" } });
  bench.device.hook = () => undefined;
  expect(await bench.app.check({ force: false })).toMatchObject({ cached: false });
  await bench.app.settled();
  expect(await bench.app.status()).toMatchObject({ state: "idle", error: null, failure: null });
});

test("a check under way isn't started twice, from whichever process", async () => {
  const hold = bench.holdAt("offers");
  await bench.app.check({ force: true });
  await hold.reached;
  const other = await bench.device.app();
  for (const one of [bench.app, other]) {
    expect(await one.check({ force: true })).toEqual({ message: "Check already in progress", cached: false });
  }
  hold.go();
  await bench.app.settled();
  expect(bench.count("offers")).toBe(1);
});

test("during an install a check is put off, and nothing is wiped", async () => {
  await bench.checked();
  const hold = bench.holdAt("download");
  const { update_id } = await bench.app.install({ force: false });
  await hold.reached;
  expect(await bench.app.check({ force: true })).toEqual({ message: "Busy – try again shortly", cached: false });
  expect(await bench.app.status()).toMatchObject({
    state: "installing",
    phase: "downloading",
    latest_version: "1.1.0",
  });
  hold.go();
  await bench.app.settled();
  expect(await bench.app.status()).toMatchObject({ state: "complete", update_id });
});

test("installs the newest release, and the next command finds everything free", async () => {
  await bench.checked();
  const started = await bench.app.install({ force: false });
  expect(started.message).toBe("Update started on channel 'stable'. Watch the progress stream.");
  expect(await bench.app.status()).toMatchObject({ state: "installing", update_id: started.update_id, progress: {} });
  await bench.app.settled();
  expect(bench.device.tree).toBe("1.1.0");
  expect(await bench.app.status()).toMatchObject({
    state: "complete",
    current_version: "1.1.0",
    has_update: false,
    last_result: "success",
    backup_version: "1.0.0",
    can_roll_back: true,
  });
  expect(await bench.app.rollback({})).toMatchObject({ message: "Going back to 1.0.0." });
  await bench.app.settled();
  expect(bench.device.tree).toBe("1.0.0");
  expect((await bench.app.history()).map(({ kind, result }) => `${kind} ${result}`)).toEqual([
    "rollback success",
    "install success",
  ]);
});

test("an install that was never preceded by a check asks first", async () => {
  const { outcome } = await bench.installed();
  expect(outcome).toMatchObject({ from: "1.0.0", to: "1.1.0", result: "success", bytes_downloaded: 1000 });
  expect(await bench.app.status()).toMatchObject({
    latest_version: "1.1.0",
    last_checked: bench.clock.now().toISOString(),
  });
});

test("an install that asked first and found nothing newer says so, and has checked", async () => {
  bench.device.tree = "1.1.0";
  const { outcome } = await bench.installed();
  expect(outcome).toMatchObject({ result: "failed", failure: { code: "up_to_date" } });
  expect(await bench.app.status()).toMatchObject({
    latest_version: "1.1.0",
    last_checked: bench.clock.now().toISOString(),
  });
});

test("when up to date it says which version is installed, and how to insist", async () => {
  bench.device.tree = "1.1.0";
  await bench.checked();
  const ask = bench.app.install({ force: false });
  await expect(ask).rejects.toMatchObject({ code: "up_to_date" });
  await expect(ask).rejects.toThrow('Already up to date (1.1.0). Pass {"force": true} to install it again.');
  expect(await bench.app.history()).toEqual([]);
  expect((await bench.installed({ force: true })).outcome).toMatchObject({
    from: "1.1.0",
    to: "1.1.0",
    result: "success",
  });
});

test("an older release is installed only by force or by its name", async () => {
  bench.device.tree = "2.0.0";
  await bench.checked();
  expect(await bench.app.status()).toMatchObject({ has_update: false, direction: "down", latest_version: "1.1.0" });
  await expect(bench.app.install({ force: false })).rejects.toMatchObject({ code: "downgrade_refused" });
  expect((await bench.installed({ force: true })).outcome).toMatchObject({ to: "1.1.0", result: "success" });
  expect((await bench.installed({ force: false, version: "1.0.0" })).outcome).toMatchObject({ to: "1.0.0" });
});

test("§6 refused: a refused release is installed by its name, never by force alone; a repaired one is offered again", async () => {
  await bench.checked();
  bench.device.works = (version) => version !== "1.1.0";
  expect((await bench.installed()).outcome).toMatchObject({ result: "rolled_back" });
  for (const force of [false, true]) {
    await expect(bench.app.install({ force })).rejects.toThrow("This device went back from 1.1.0");
  }
  expect((await bench.installed({ force: false, version: "v1.1.0" })).outcome).toMatchObject({ result: "rolled_back" });
  bench.device.publish("1.1.0", { content: "repaired" });
  bench.device.works = () => true;
  await bench.checked();
  expect(await bench.app.status()).toMatchObject({ has_update: true, refused_versions: ["1.1.0"] });
  expect((await bench.installed()).outcome).toMatchObject({ to: "1.1.0", result: "success" });
  expect((await bench.app.status()).refused_versions).toEqual([]);
});

test("a release by name may be of any channel; one the host hasn't is not found", async () => {
  bench.device.publish("3.0.0", { channel: "lab" });
  expect((await bench.installed({ force: false, version: "3.0.0" })).outcome).toMatchObject({
    to: "3.0.0",
    result: "success",
  });
  const { outcome } = await bench.installed({ force: false, version: "9.9.9" });
  expect(outcome).toMatchObject({ result: "failed", failure: { code: "not_found", version: "9.9.9" } });
  expect(await bench.app.status()).toMatchObject({ latest_version: "1.1.0", current_version: "3.0.0" });
});

test("§6 gone back from: a release left on this device is installed by its name without the network", async () => {
  bench.device.onDisk = [{ tree: "1.1.0", version: "1.1.0", manifest_sha256: sha("a") }];
  bench.device.hook = (step) => {
    if (/^(offers|manifest|download)$/.test(step)) throw new UpdateError("offline", "The host can't be reached.");
  };
  const { outcome } = await bench.installed({ force: false, version: "v1.1.0" });
  expect(outcome).toMatchObject({ kind: "install", to: "1.1.0", result: "success", bytes_downloaded: 0 });
  expect(bench.device).toMatchObject({ tree: "1.1.0", earlier: ["1.0.0"] });
  expect(bench.count("verify kept 1.1.0")).toBe(1);
});

test("a release left on this device is downloaded all the same when the owner insists, or when it isn't the host's", async () => {
  await bench.checked();
  bench.device.onDisk = [{ tree: "1.1.0", version: "1.1.0", manifest_sha256: sha("e") }];
  expect((await bench.installed({ force: false, version: "1.1.0" })).outcome).toMatchObject({ result: "success" });
  expect(bench.count("download")).toBe(1);
  bench.device.tree = "1.0.0";
  const { release } = await bench.device.fetchStore().load();
  bench.device.onDisk = [{ tree: "1.1.0", version: "1.1.0", manifest_sha256: release?.manifest_sha256 ?? null }];
  expect((await bench.installed({ force: true, version: "1.1.0" })).outcome).toMatchObject({ result: "success" });
  expect(bench.count("download")).toBe(2);
  bench.device.tree = "1.0.0";
  expect((await bench.installed({ force: false, version: "1.1.0" })).outcome).toMatchObject({ result: "success" });
  expect(bench.count("download")).toBe(2);
});

test("§6 release_moved: a release that was changed after the check isn't installed", async () => {
  await bench.checked();
  bench.device.publish("1.1.0", { content: "another" });
  expect((await bench.installed()).outcome).toMatchObject({ result: "failed", failure: { code: "release_moved" } });
  expect(bench.device.tree).toBe("1.0.0");
});

test("a release that fails for a reason of its own is left alone by what runs at night, until it is another", async () => {
  const atNight = { force: false, unattended: true };
  bench.device.hook = (step) => {
    if (step === "stage") throw new UpdateError("archive_refused", "The bundle holds a device file.");
  };
  await bench.checked();
  expect((await bench.installed(atNight)).outcome).toMatchObject({ to: "1.1.0", result: "failed" });
  await bench.checked();
  await expect(bench.app.install(atNight)).rejects.toMatchObject({
    code: "up_to_date",
    message: expect.stringMatching(/isn't tried again by itself: The bundle holds a device file\.$/),
  });
  expect(await bench.app.status()).toMatchObject({ has_update: true, refused_versions: [], last_result: "failed" });
  expect(bench.count("stage")).toBe(1);

  expect((await bench.installed()).outcome).toMatchObject({ to: "1.1.0", result: "failed" });
  expect(bench.count("stage")).toBe(2);
  // Published once more, under the same version.
  bench.device.publish("1.1.0", { content: "repaired" });
  bench.device.hook = () => undefined;
  await bench.checked();
  expect((await bench.installed(atNight)).outcome).toMatchObject({ to: "1.1.0", result: "success" });
});

test("what the network or the disk was to blame for is tried again the next night", async () => {
  const atNight = { force: false, unattended: true };
  let code: "offline" | "disk_full" = "offline";
  bench.device.hook = (step) => {
    if (step === (code === "offline" ? "download" : "stage")) throw new UpdateError(code, "Not now.");
  };
  await bench.checked();
  for (code of ["offline", "disk_full"] as const)
    expect((await bench.installed(atNight)).outcome).toMatchObject({ result: "failed", failure: { code } });
  bench.device.hook = () => undefined;
  expect((await bench.installed(atNight)).outcome).toMatchObject({ to: "1.1.0", result: "success" });
});

test("the failure on status is the newest one's, not that of an earlier check", async () => {
  await bench.checked();
  bench.device.hook = () => {
    throw new UpdateError("offline", "The host can't be reached.");
  };
  await bench.checked();
  bench.device.hook = () => undefined;
  bench.device.works = (version) => version !== "1.1.0";
  await bench.installed();
  expect(await bench.app.status()).toMatchObject({
    state: "error",
    failure: { code: "health_failed", back_on: "1.0.0" },
  });
});

test.each([
  [undefined, [], "There is no earlier release on this device to go back to."],
  ["0.1.0", [], "0.1.0 isn't kept on this device; no earlier release is kept."],
  ["0.1.0", ["0.9.0", "0.8.0"], "0.1.0 isn't kept on this device; kept are: 0.9.0, 0.8.0."],
])("going back to %s, of %j that are kept, isn't possible", async (version, earlier, sentence) => {
  bench.device.earlier = earlier;
  const back = bench.app.rollback({ version });
  await expect(back).rejects.toMatchObject({ code: "no_backup" });
  await expect(back).rejects.toThrow(sentence);
});

test.each([
  [undefined, "0.9.0"],
  ["0.8.0", "0.8.0"],
  ["v0.8.0", "0.8.0"],
])("goes back to %s: %s", async (version, tree) => {
  bench.device.earlier = ["0.9.0", "0.8.0"];
  await bench.app.rollback({ version });
  await bench.app.settled();
  expect(bench.device.tree).toBe(tree);
  expect(await bench.app.history()).toMatchObject([{ kind: "rollback", to: tree, result: "success" }]);
});

test("the log is that of the named, the running or the last update, as much as is wanted", async () => {
  expect(await bench.app.log({})).toEqual([]);
  const { update_id } = await bench.installed();
  const all = (await bench.app.log({})).map(({ line }) => line);
  expect(all[0]).toBe("[Kitchen updater] Starting update…");
  expect(all.at(-1)).toBe("✓ Upgraded to 1.1.0 on channel 'stable'");
  expect((await bench.app.log({ lines: 2 })).map(({ line }) => line)).toEqual(all.slice(-2));
  expect(await bench.app.log({ lines: 0 })).toEqual([]);
  expect(await bench.app.log({ id: update_id })).toHaveLength(all.length);
  expect(await bench.app.log({ id: "mm7k29000-zzzzzz" })).toEqual([]);
});

test("an update that begins after the clock was set back still comes after the one before", async () => {
  const first = (await bench.installed()).update_id;
  bench.clock.pass(-365 * 86_400_000);
  const second = (await bench.installed({ force: true })).update_id;
  expect(second > first).toBe(true);
  expect((await bench.app.history()).map(({ id }) => id)).toEqual([second, first]);
  expect((await bench.app.status()).update_id).toBe(second);
});

test("an install of the newest takes the release that is on the device already, if it is that very one", async () => {
  await bench.checked();
  const { manifest } = [...bench.device.releases.values()][1] ?? {};
  const kept = { tree: "1.1.0", version: "1.1.0", manifest_sha256: sha256Of(manifest ?? Buffer.alloc(0)) };
  bench.device.onDisk = [kept];
  expect((await bench.installed()).outcome).toMatchObject({ to: "1.1.0", result: "success" });
  expect(bench.count("download")).toBe(0);
});

test("another release under the same version, which root's side would find first, is no substitute", async () => {
  await bench.checked();
  const { manifest } = [...bench.device.releases.values()][1] ?? {};
  const wanted = { tree: "1.1.0~2", version: "1.1.0", manifest_sha256: sha256Of(manifest ?? Buffer.alloc(0)) };
  bench.device.onDisk = [{ tree: "1.1.0", version: "1.1.0", manifest_sha256: sha("0") }, wanted];
  expect((await bench.installed()).outcome).toMatchObject({ to: "1.1.0", result: "success" });
  expect(bench.count("download")).toBe(1);
});

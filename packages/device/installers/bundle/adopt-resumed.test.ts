import { existsSync } from "node:fs";
import { mkdir, readdir, readlink, rename } from "node:fs/promises";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "../../error.ts";
import { FakeDevice, Killed } from "../../testing/device-fixture.ts";
import { type ApplyParts, applyExecutors } from "../../update/apply-executors.ts";
import { anUpdate, aRelease } from "../../update/update-fixture.ts";
import type { Installer } from "../types.ts";
import { adoptPartsOf, installerOf, makeByHand, report, signal, staging, updateTo } from "./adopt-fixture.ts";
import { saveAdoption } from "./adopt-journal.ts";

let dir: TempDir;
let did: string[];
beforeEach(async () => {
  dir = await TempDir.create();
  did = [];
});
afterEach(() => dir[Symbol.asyncDispose]());

/** Root's steps over a real installer, with services that note what is done to them. */
function backUp(installer: Installer, stop: (signal: AbortSignal) => Promise<void> = async () => {}) {
  const parts = {
    installer,
    clock: new TestClock({ auto: true }),
    reporter: () => report,
    noteAdoption: async (_: unknown, version: string) => void did.push(`adopted ${version}`),
    services: {
      start: async (signal: AbortSignal) => {
        did.push(signal.aborted ? "start too late" : "start");
      },
      stop: async (signal: AbortSignal) => {
        did.push("stop");
        await stop(signal);
      },
    },
    cancelSignal: () => Object.assign(new AbortController().signal, { [Symbol.dispose]: () => undefined }),
  } as Partial<Record<keyof ApplyParts, unknown>> as ApplyParts;
  return applyExecutors(parts)["back-up"];
}

async function staged() {
  await makeByHand(dir.path);
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  return { installer, move, step: { action: "back-up" as const, update: updateTo("1.0.0"), move } };
}

/** The instant between a path's move and its link. */
async function cutInAdoption(): Promise<void> {
  const { layout, mapped } = adoptPartsOf(dir.path);
  const paths = mapped.filter(({ from }) => from !== "tool.sh").map((one) => ({ ...one, across: false }));
  await saveAdoption(layout, { tree: "0.9.0", version: "0.9.0", paths, lists: [], root: null, ownManifest: null });
  await mkdir(dir.join("home/releases/.adopting"));
  await rename(dir.join("www/web"), dir.join("home/releases/.adopting/web"));
}

test("an adoption that a power cut halved is finished, also when the services can't be stopped then", async () => {
  const { installer, step } = await staged();
  await cutInAdoption();
  const stuck = () => Promise.reject(new UpdateError("restart_failed", "It did not stop."));
  const event = await backUp(installer, stuck)({ ...step, update: { ...step.update, resumed: true } }, signal);
  expect(event).toEqual({ type: "backed-up", adopted: "0.9.0" });
  expect(await readlink(dir.join("www/web"))).toBe(dir.join("home/current/web"));
  expect(existsSync(dir.join("home/adoption.json"))).toBe(false);
  expect(did).toEqual(["stop", "adopted 0.9.0", "start"]);
});

test("the disk is settled without knowing the update, and again is nothing", async () => {
  const { installer } = await staged();
  await cutInAdoption();
  for (let times = 0; times < 2; times++) await installer.settleDisk();
  expect(await readlink(dir.join("www/web"))).toBe(dir.join("home/current/web"));
  expect(await installer.current()).toMatchObject({ version: "0.9.0" });
});

test("told to end while the services are stopped, they are started again and the release stays for the next process", async () => {
  const { installer, step } = await staged();
  const end = new AbortController();
  const ending = backUp(installer, async (signal) => {
    end.abort(new Error("SIGTERM"));
    signal.throwIfAborted();
  })(step, end.signal);
  await expect(ending).rejects.toThrow("SIGTERM");
  expect(did).toEqual(["stop", "start"]);
  expect(await readdir(dir.join("home/releases"))).toEqual(["1.0.0"]);
  await backUp(installer)({ ...step, update: { ...step.update, resumed: true } }, signal);
  expect(did).toEqual(["stop", "start", "stop", "adopted 0.9.0", "start"]);
});

test("services that a dead process had stopped are started, also when the adoption fails before it would stop them", async () => {
  const { installer, step } = await staged();
  const adopt = () => Promise.reject(new UpdateError("backup_failed", "It can't be read."));
  const broken = Object.assign(Object.create(installer), {
    adopt,
    settleDisk: async () => {},
    discard: async () => {},
  }) as Installer;
  const resumed = { ...step, update: { ...step.update, resumed: true } };
  await expect(backUp(broken)(resumed, signal)).rejects.toMatchObject({ code: "backup_failed" });
  expect(did).toEqual(["start"]);
});

test("an update doesn't end while the disk isn't settled, and goes on when it is", async () => {
  const device = new FakeDevice(dir.path, new TestClock({ auto: true }));
  const update = anUpdate();
  device.order = { update, release: aRelease() };
  let begun = false;
  device.hook = (step) => {
    if (step === "back-up") begun = true;
    if (step === "back-up" || (begun && step === "settle disk"))
      throw new UpdateError("disk_full", "The disk is full.");
  };
  await expect((await device.applier()).apply(update.id, signal)).rejects.toMatchObject({ code: "disk_full" });
  expect((await device.applyStore().load()).engine.status).toBe("backing-up");
  await expect((await device.applier()).resume(signal)).rejects.toMatchObject({ code: "disk_full" });
  device.hook = () => undefined;
  expect((await (await device.applier()).resume(signal)).last).toMatchObject({ result: "success", resumed: true });
});

test("after an interruption the disk is settled before any service is touched", async () => {
  const device = new FakeDevice(dir.path, new TestClock({ auto: true }));
  const update = anUpdate();
  device.order = { update, release: aRelease() };
  const applier = await device.applier({
    onSave: ({ engine }) => {
      if (engine.status === "restarting") throw new Killed();
    },
  });
  await expect(applier.apply(update.id, signal)).rejects.toThrow(Killed);
  const steps: string[] = [];
  device.hook = (step) => void steps.push(step);
  await (await device.applier()).resume(signal);
  expect(steps[0]).toBe("settle disk");
  expect(steps).toContain("restart 1.1.0");
});

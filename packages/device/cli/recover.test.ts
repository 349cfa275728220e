import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type ApplyRecord, Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApp, createApplier, type Overrides } from "../compose.ts";
import { lookAtForgotten } from "../doctor/unfinished.ts";
import { seen, writeContents } from "../installers/bundle/tree-fixture.ts";
import { packRelease, writeIndex } from "../publish/index.ts";
import { systemClock } from "../system/clock.ts";
import type { Clock } from "../system/types.ts";
import type { ApplyExecutors } from "../update/plan.ts";
import { recover } from "./recover.ts";
import { resume } from "./resume.ts";

const exec = promisify(execFile);

/** Real time, without the waits. */
const clock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };
const { signal } = new AbortController();
const isRoot = process.getuid?.() === 0;

let dir: TempDir;
let isMounted = false;
let said: string[] = [];
beforeEach(async () => {
  dir = await TempDir.create();
  said = [];
  await mkdir(dir.join("state"));
});
afterEach(async () => {
  if (isMounted) await exec("umount", [dir.join("state")]);
  isMounted = false;
  await dir[Symbol.asyncDispose]();
});

/** In the copy layout, where half a switch is a mixture. */
function kit(more: object = {}) {
  const bundle = { layout: "copy", map: { "web/": dir.join("www") }, backup_dir: dir.join("backups") };
  return { source: { directory: { path: dir.join("host") } }, install: { bundle }, ...more };
}

async function write(apps: object): Promise<Config> {
  const config = { state_dir: dir.join("state"), apps };
  await writeFile(dir.join("pawl.yaml"), JSON.stringify(config));
  return Config.parse(config);
}

/** Installs a version; false when root's process died over it. */
async function install(version: string, overrides: Overrides = {}): Promise<boolean> {
  const config = await write({ kit: kit() });
  const files = { "web/a": `a ${version}`, "web/b": `b ${version}` };
  await writeContents(dir.join("content", version), files);
  await packRelease({ dir: dir.join("content", version), outDir: dir.join("host"), name: "kit", version });
  await writeIndex(dir.join("host"), { name: "kit" });
  let worked: Promise<boolean> | null = null;
  const app = await createApp({
    config,
    name: "kit",
    startApplier: (_, { id }) => {
      // A machine without power starts nothing again.
      let end: { code: number; words: string } | null = worked && { code: 1, words: "" };
      worked ??= createApplier(config, "kit", { clock, ...overrides })
        .then((applier) => applier.apply(id, signal))
        .then(
          () => true,
          () => false,
        );
      worked.then((works) => {
        end = { code: works ? 0 : 1, words: "" };
      });
      return { ended: () => end };
    },
    onFault: () => undefined,
    shutdown: signal,
    overrides: { clock },
  });
  await app.install({ force: false, version });
  await app.settled();
  return (await worked) ?? false;
}

/** The power fails when one of two files is the new one. */
async function cutInTheSwitch(): Promise<void> {
  expect(await install("1.0.0")).toBe(true);
  const executors = (real: ApplyExecutors): ApplyExecutors => ({
    ...real,
    switch: async (step, end) => {
      await real.switch(step, end);
      await writeFile(dir.join("www/b"), "b 1.0.0");
      throw new Error("The power is gone.");
    },
  });
  // Of the process that died nothing more reaches the disk.
  let isDead = false;
  const applyStore: Overrides["applyStore"] = (file) => ({
    load: () => file.load(),
    save: async (record: ApplyRecord) => {
      if (isDead) throw new Error("dead");
      await file.save(record);
      isDead = record.engine.status === "switching";
    },
  });
  expect(await install("2.0.0", { executors, applyStore })).toBe(false);
  expect(await seen(dir.join("www"))).toEqual({ a: "a 2.0.0", b: "b 1.0.0" });
  expect((await record()).engine.status).toBe("switching");
}

const OLD = { a: "a 1.0.0", b: "b 1.0.0" };
const record = async () => JSON.parse(await readFile(dir.join("state/kit/apply/state.json"), "utf8")) as ApplyRecord;
const io = () => ({
  stdout: (text: string) => void said.push(text),
  stderr: (text: string) => void said.push(text),
  configPath: () => dir.join("pawl.yaml"),
  signal,
});

test("another app's section is wrong: the disk is settled, and what is wrong is said", async () => {
  await cutInTheSwitch();
  await writeFile(dir.join("pawl.yaml"), JSON.stringify({ state_dir: dir.join("state"), apps: { kit: kit(), b: {} } }));
  await expect(recover(io(), dir.join("state"))).rejects.toMatchObject({ code: "config_invalid" });
  expect(await seen(dir.join("www"))).toEqual(OLD);
  expect(said).toEqual(["kit: The disk is in order. `pawl resume` goes on from here.\n"]);
});

test("there is no configuration at all: the same", async () => {
  await cutInTheSwitch();
  await rm(dir.join("pawl.yaml"));
  await expect(recover(io(), dir.join("state"))).rejects.toMatchObject({ code: "config_invalid" });
  expect(await seen(dir.join("www"))).toEqual(OLD);
});

test("the app has another name now: its update is settled, seen by doctor, and finished", async () => {
  await cutInTheSwitch();
  await write({ other: kit({ install: { bundle: { home: dir.join("opt") } } }) });
  const [forgotten] = await lookAtForgotten(dir.join("state"), ["other"]);
  expect(forgotten).toMatchObject({ ok: "trouble", fix: "sudo pawl resume" });
  expect(forgotten?.title).toContain("kit, which pawl.yaml doesn't name any more");
  expect(await recover(io())).toBe(0);
  expect(await seen(dir.join("www"))).toEqual(OLD);
  expect(await resume(io())).toBe(0);
  expect(await record()).toMatchObject({ engine: { status: "idle" }, last: { result: "undone", to: "2.0.0" } });
  expect(said.join("")).toContain("kit: ");
  expect(await lookAtForgotten(dir.join("state"), ["other"])).toEqual([]);
  said = [];
  expect(await recover(io())).toBe(0);
  expect(said).toEqual(["other: Nothing to do.\n"]);
});

test("the app was given other places meanwhile: the update is undone where it was done", async () => {
  await cutInTheSwitch();
  const bundle = { layout: "copy", map: { "web/": dir.join("elsewhere") }, backup_dir: dir.join("others") };
  await write({ kit: kit({ install: { bundle } }) });
  expect(await recover(io())).toBe(0);
  expect(await seen(dir.join("www"))).toEqual(OLD);
  expect(await resume(io())).toBe(0);
  expect(await record()).toMatchObject({ last: { result: "undone" } });
});

test("what it began with can't be read: the configuration counts", async () => {
  await cutInTheSwitch();
  await writeFile(dir.join("state/kit/apply/config.json"), "{");
  expect(await recover(io())).toBe(0);
  expect(await seen(dir.join("www"))).toEqual(OLD);
});

test.each(["", '{"engine":'])(
  "the record says %j: the mixture is undone by the journal, and on record",
  async (text) => {
    await cutInTheSwitch();
    const { engine } = await record();
    const id = engine.status === "idle" ? null : engine.update.id;
    await writeFile(dir.join("state/kit/apply/state.json"), text);
    expect(await recover(io())).toBe(0);
    expect(await seen(dir.join("www"))).toEqual(OLD);
    expect(existsSync(dir.join("state/kit/apply/state.json.damaged"))).toBe(true);
    expect(await resume(io())).toBe(0);
    const failure = { code: "state_damaged", back_on: "1.0.0", phase: "activating" };
    expect((await record()).last).toMatchObject({ id, result: "undone", from: "1.0.0", to: "2.0.0", failure });
    expect(await readFile(dir.join("state/kit/apply/history.jsonl"), "utf8")).toContain("state_damaged");
  },
);

test("the record is damaged and no switch was under way: nothing is undone", async () => {
  expect(await install("1.0.0")).toBe(true);
  expect(await install("2.0.0")).toBe(true);
  await writeFile(dir.join("state/kit/apply/state.json"), "{");
  expect(await recover(io())).toBe(0);
  expect(await seen(dir.join("www"))).toEqual({ a: "a 2.0.0", b: "b 2.0.0" });
  expect(said).toEqual(["kit: Nothing to do.\n"]);
});

test.skipIf(!isRoot)("the disk is full: it is settled all the same (needs root)", async () => {
  await exec("mount", ["-t", "tmpfs", "-o", "size=1m,mode=755", "none", dir.join("state")]);
  isMounted = true;
  await cutInTheSwitch();
  await exec("dd", ["if=/dev/zero", `of=${dir.join("state/filler")}`, "bs=1k"]).catch(() => "full");
  expect(await recover(io())).toBe(1);
  expect(said.join("")).toContain("kit: The disk is full");
  expect(await seen(dir.join("www"))).toEqual(OLD);
  // To its end: nothing is left to be taken back.
  expect(existsSync(dir.join("backups/.journal.json"))).toBe(false);
  await rm(dir.join("state/filler"));
  expect(await resume(io())).toBe(0);
  expect((await record()).last).toMatchObject({ result: "undone" });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, lstat, rm } from "node:fs/promises";
import type { Move } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundled } from "../../../testing/bundled.ts";
import type { Installer } from "../../types.ts";
import { noPip, type PipDevice, signal } from "../pip-fixture.ts";
import { quickProject } from "../quick-project.ts";
import {
  complaints,
  counted,
  deviceWithEnvironment,
  filesOf,
  inPlace,
  killAt,
  layKiller,
  makeWheels,
  pipByHand,
  python,
} from "./environment-fixture.ts";

const COMMIT = "2".repeat(40);
/** Of pip's changes to the environment: at which of them it is killed, from the first to the last. */
const MOMENTS = [0.1, 0.95];

/** kettle 1 was installed by hand, with spout 1; kettle 2 needs spout 2, and lid, which nobody has. */
describe.skipIf(noPip)("pip in place, interrupted", () => {
  let dir: TempDir;
  let device: PipDevice;
  let move: Move;
  let before: Record<string, string>;
  let after: Record<string, string>;
  let changes: number;

  /** Another process's, as after a power cut. */
  const another = (): Installer => device.installer(inPlace(dir.path));

  beforeAll(async () => {
    dir = await TempDir.create();
    device = await deviceWithEnvironment(dir);
    await makeWheels(
      dir.path,
      {
        name: "kettle",
        version: "1.0.0",
        requires: ["spout<2"],
        scripts: { kettle: "kettle:main", boil: "kettle.old:main" },
        files: {
          "kettle/__init__.py": "import spout\nfrom . import old\n",
          "kettle/old.py": "def main(): pass\n",
          "kettle-1.0.0.data/scripts/descale.sh": "#!/bin/sh\n",
          "kettle-1.0.0.data/data/share/kettle/menu": "tea",
        },
      },
      { name: "spout", version: "1.0", files: { "spout/__init__.py": "", "spout/lip/__init__.py": "ONE = 1\n" } },
      { name: "spout", version: "2.0" },
      { name: "lid", version: "1.0", scripts: { lid: "lid:main" } },
    );
    await pipByHand(dir.path, "kettle==1.0.0");
    await layKiller(dir.path);
    const project = quickProject({ version: "2.0.0", metadata: ["Requires-Dist: spout>=2", "Requires-Dist: lid"] });
    const update = device.update("2.0.0");
    const published = await device.publish("2.0.0", project, COMMIT);
    move = await another().stage({ ...published, update }, device.report, signal);
    before = await filesOf(dir.path);
    await another().backUp(move, device.report);
    await cp(dir.join("state"), dir.join("ready"), { recursive: true });
    await killAt(dir.path, "install", 0);
    await another().switchTo(move, device.report);
    changes = await counted(dir.path);
    after = await filesOf(dir.path);
    await rm(dir.join("env/kill"));
  });
  afterAll(() => dir?.[Symbol.asyncDispose]());

  /** As it is on record before the switch. */
  async function backedUp(): Promise<void> {
    await rm(dir.join("state"), { recursive: true });
    await cp(dir.join("ready"), dir.join("state"), { recursive: true });
  }

  async function goBack(): Promise<void> {
    const told = device.lines.length;
    expect(await another().switchBack(move, device.report)).toBe(true);
    expect(await filesOf(dir.path)).toEqual(before);
    expect(await another().current()).toMatchObject({ version: "1.0.0", commit: null });
    expect(await device.installed.load()).toEqual({ earlier: [] });
    expect(device.lines.slice(told).filter((line) => /warning|error|requires|https?:/i.test(line))).toEqual([]);
  }

  test("what is gone back from is as it was, but for what pip writes anew", async () => {
    expect(await complaints(dir.path)).toEqual([]);
    expect(Object.keys(after).filter((path) => /\/lid/.test(path))).not.toEqual([]);
    await goBack();
    expect(await complaints(dir.path)).toEqual([]);
    expect(await python(dir.path, "-c", "import kettle, spout.lip; print(spout.lip.ONE)")).toBe("1");
    expect((await lstat(dir.join("env/bin/descale.sh"))).mode & 0o111).toBe(0o111);
  });

  test("B16 a pip that is killed in the middle leaves nothing half: one goes back without a network", async () => {
    expect(changes).toBeGreaterThan(20);
    for (const moment of MOMENTS) {
      const n = 1 + Math.round(moment * (changes - 1));
      await backedUp();
      await killAt(dir.path, "install", n);
      await expect(another().switchTo(move, device.report), `change ${n}`).rejects.toMatchObject({
        code: "requires_unmet",
      });
      await rm(dir.join("env/kill"));
      expect(await filesOf(dir.path), `change ${n}`).not.toEqual(before);
      await goBack();
      expect(await complaints(dir.path), `change ${n}`).toEqual([]);
      expect(await python(dir.path, "-c", "import kettle, spout.lip; print(spout.lip.ONE)")).toBe("1");
    }
  });

  test("killed while it goes back, it goes back again; and done again after a kill, the switch comes to its end", async () => {
    await backedUp();
    await killAt(dir.path, "install", Math.round(changes / 2));
    await expect(another().switchTo(move, device.report)).rejects.toMatchObject({ code: "requires_unmet" });
    await rm(dir.join("env/kill"));
    await another().switchTo(move, device.report);
    expect(await filesOf(dir.path)).toEqual(after);

    for (const [work, n] of [
      ["clear", 5],
      ["install", 12],
    ] as const) {
      await killAt(dir.path, work, n);
      await expect(another().switchBack(move, device.report)).rejects.toThrow();
      await rm(dir.join("env/kill"));
    }
    await goBack();
  });

  test("a pip that outlives the Pawl that started it is waited for before anything is put back", async () => {
    await backedUp();
    await using programs = await TempDir.create();
    const program = await bundled(new URL("./switch-process.ts", import.meta.url), programs.path);
    await killAt(dir.path, "install", Math.round(changes / 3), "caller");
    const { installed, backupDir, pythonCache } = device.parts();
    const asked = { config: device.config(inPlace(dir.path)), state: installed.path, backupDir, pythonCache, move };
    const child = spawn(process.execPath, [program, JSON.stringify(asked)], { stdio: ["ignore", "ignore", "inherit"] });
    const [, killedBy] = await once(child, "exit");
    expect(killedBy).toBe("SIGKILL");
    await rm(dir.join("env/kill"));
    await goBack();
  });
});

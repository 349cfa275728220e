import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Installer } from "../../types.ts";
import { noPip, PipDevice } from "../pip-fixture.ts";
import { quickProject } from "../quick-project.ts";

const PROCESS = fileURLToPath(new URL("./stage-process.ts", import.meta.url));

let dir: TempDir;
let device: PipDevice;
let installer: Installer;
beforeAll(async () => {
  dir = await TempDir.create();
  device = await PipDevice.create(dir);
  installer = device.installer();
});
afterAll(() => dir[Symbol.asyncDispose]());

/** A process and everything it has started, whatever group that is in. */
async function killAll(pid: number): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  process.kill(pid, "SIGKILL");
  for (const child of children.split(" ").filter((text) => text !== ""))
    await killAll(Number(child)).catch(() => undefined);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

describe.skipIf(noPip)("a power cut while a release is built", () => {
  test.each(["Building wheels for collected packages", "Installing collected packages"])(
    "at %j leaves the one that runs untouched, and nothing that counts as a release",
    async (moment) => {
      if ((await installer.current()) === null)
        await device.install(installer, await device.publish("1.0.0", quickProject({ version: "1.0.0" })));
      const before = await installer.current();
      const published = await device.publish("2.0.0", quickProject({ version: "2.0.0" }));
      const manifestPath = dir.join("manifest.json");
      await writeFile(manifestPath, published.manifestBytes);
      const said = {
        config: device.config(),
        state: device.installed.path,
        update: device.update("2.0.0"),
        ...published,
        manifestPath,
      };

      const child = spawn(process.execPath, [PROCESS, JSON.stringify(said)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let isThere = false;
      for await (const line of createInterface({ input: child.stdout })) {
        if (!line.startsWith(moment)) continue;
        isThere = true;
        await killAll(child.pid ?? 0);
      }
      await ended(child);
      expect([isThere, child.signalCode]).toEqual([true, "SIGKILL"]);
      // Something half built is there, ...
      expect((await readdir(device.home("releases"))).length).toBeGreaterThan(1);

      // ... and the next process makes nothing of it.
      const next = device.installer();
      await next.settleDisk();
      expect(await next.unrecorded()).toBeNull();
      expect(await next.current()).toEqual(before);
      expect(await next.kept()).toEqual([]);
      expect(spawnSync(device.home("current/bin/kettle"), { encoding: "utf8" }).stdout).toBe("1.0.0\n");
      await next.discard(device.update("2.0.0"), null);
      expect(await readdir(device.home("releases"))).toEqual(["1.0.0"]);
    },
  );
});

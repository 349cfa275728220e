import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BundleInstall } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { packRelease } from "../../publish/index.ts";
import { InstalledStore } from "../../store/installed.ts";
import { run } from "../../system/run.ts";
import { anUpdate } from "../../update/update-fixture.ts";
import { bundleInstaller } from "./index.ts";
import { writeContents } from "./tree-fixture.ts";

test("staging can be cancelled while a slow card still writes", async () => {
  await using dir = await TempDir.create();
  await writeContents(dir.join("source"), { "index.html": "hello" });
  await mkdir(dir.join("state"));
  const packed = await packRelease({ dir: dir.join("source"), outDir: dir.path, name: "app", version: "1.0.0" });
  const manifestBytes = await readFile(join(packed.folder, "manifest.json"));
  const bundlePath = join(packed.folder, packed.manifest.bundle?.name ?? "");
  const cancel = new AbortController();
  const installer = bundleInstaller({
    config: BundleInstall.parse({ home: dir.join("home") }),
    installed: new InstalledStore(dir.join("state/installed.json")),
    source: "https://example.org/index.json",
    backupDir: dir.join("state/backups"),
    versionBefore: async () => null,
    now: () => new Date("2025-05-01T12:00:00Z"),
    run: (_sync, options) => {
      setTimeout(() => cancel.abort(new Error("cancelled by the owner")), 20);
      return run(["sleep", "60"], options);
    },
  });
  const staging = { update: anUpdate(), manifest: packed.manifest, manifestBytes, bundlePath };
  const report = { line: () => undefined, advance: () => undefined };
  const began = performance.now();
  await expect(installer.stage(staging, report, cancel.signal)).rejects.toThrow("cancelled by the owner");
  expect(performance.now() - began).toBeLessThan(30_000);
});

import { readFile } from "node:fs/promises";
import { Manifest, PipInstall, Update } from "@pawl/protocol";
import { InstalledStore } from "../../../store/installed.ts";
import { systemClock } from "../../../system/clock.ts";
import { run } from "../../../system/run.ts";
import { createInstaller } from "../../index.ts";

/** Stages one release in a process of its own, which can be killed, and prints every line as it comes. */
const { config, state, update, bundlePath, manifestPath } = JSON.parse(process.argv[2] ?? "");
const manifestBytes = await readFile(manifestPath);
const installer = createInstaller(
  { pip: PipInstall.parse(config) },
  {
    installed: new InstalledStore(state),
    run,
    source: "https://example.org/kettle.git",
    now: () => new Date(),
    backupDir: `${state}-backups`,
    versionBefore: async () => null,
    clock: systemClock,
    pythonCache: `${state}-python`,
    repository: null,
  },
);
const staging = {
  update: Update.parse(update),
  manifest: Manifest.parse(JSON.parse(manifestBytes.toString())),
  manifestBytes,
  bundlePath,
};
const report = { line: (text: string) => console.log(text), advance: () => undefined };
await installer.stage(staging, report, new AbortController().signal);

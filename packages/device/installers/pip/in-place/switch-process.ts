import { PipInstall } from "@pawl/protocol";
import { InstalledStore } from "../../../store/installed.ts";
import { systemClock } from "../../../system/clock.ts";
import { run } from "../../../system/run.ts";
import { createInstaller } from "../../index.ts";

/** Carries out a switch in a process of its own, which can be killed while pip works. */
const { config, state, backupDir, pythonCache, move } = JSON.parse(process.argv[2] ?? "");
const installer = createInstaller(
  { pip: PipInstall.parse(config) },
  {
    installed: new InstalledStore(state),
    run,
    source: "https://example.org/kettle.git",
    now: () => new Date(),
    backupDir,
    pythonCache,
    versionBefore: async () => null,
    clock: systemClock,
    repository: null,
  },
);
await installer.switchTo(move, { line: () => undefined, advance: () => undefined });

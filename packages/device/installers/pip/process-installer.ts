import { PipInstall } from "@pawl/protocol";
import { InstalledStore } from "../../store/installed.ts";
import { systemClock } from "../../system/clock.ts";
import { run } from "../../system/run.ts";
import { createInstaller } from "../index.ts";
import type { Installer } from "../types.ts";

/** What a test tells a process of its own, which can be killed, of the device it is on: paths, and a configuration as in pawl.yaml. */
export interface ProcessDevice {
  config: unknown;
  state: string;
  backupDir: string;
  pythonCache: string;
}

/** For tests: the installer of such a process. */
export function processInstaller({ config, state, ...places }: ProcessDevice): Installer {
  return createInstaller(
    { pip: PipInstall.parse(config) },
    {
      ...places,
      installed: new InstalledStore(state),
      run,
      source: "https://example.org/kettle.git",
      now: () => new Date(),
      versionBefore: async () => null,
      clock: systemClock,
      repository: null,
    },
  );
}

import type { Config } from "@pawl/protocol";
import { PLACES } from "../../helper/places.ts";
import { dropInPath, dropInText, writeSchedule } from "../../schedule/index.ts";
import { at, textAt } from "../ground.ts";
import type { Ground, Thing } from "../types.ts";

/** The timer elapses when the apps want it: the same as `pawl-apply schedule`. */
export function schedule(ground: Ground, config: Config): Thing {
  const here = { ...config, state_dir: at(ground, config.state_dir) };
  return {
    does: `write ${dropInPath()}, when to look for updates (root, 0644)`,
    undoes: `remove ${dropInPath()}`,
    isDone: async () => (await textAt(ground, dropInPath())) === (await dropInText(here)),
    make: (signal) => writeSchedule(here, { run: ground.run, signal, dir: at(ground, PLACES.units) }),
    // Gone by its path, with its folder (removal.ts).
    fate: async () => null,
    remove: async () => undefined,
  };
}

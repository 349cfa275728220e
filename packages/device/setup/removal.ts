import type { Config } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { PLACES } from "../helper/places.ts";
import { dropInPath } from "../schedule/index.ts";
import { appPaths, devicePaths } from "../store/paths.ts";
import { Accounts } from "./accounts.ts";
import { statsAt } from "./ground.ts";
import { CONFIG_DIR, PLACES_OF_RIGHTS } from "./plan.ts";
import { appsOnDisk } from "./running.ts";
import { absent } from "./things/absent.ts";
import { ownersConfig } from "./things/config-file.ts";
import { listening, SOCKET } from "./things/device-units.ts";
import { folder } from "./things/folder.ts";
import { enabled, unitsRead } from "./things/unit.ts";
import { API_USER, apiUser, isPawls } from "./things/user.ts";
import type { Fate, Ground, Thing } from "./types.ts";

/** When the timer has elapsed last, for it to catch up (systemd.timer(5), `Persistent=`). */
const TIMER_STAMP = "/var/lib/systemd/timers/stamp-pawl-check.timer";

/** As the schema has it (protocol/config.ts). */
const USUAL_STATE_DIR = "/var/lib/pawl";

export const UNIT_NAMES = [
  "pawl-device.socket",
  "pawl-device.service",
  "pawl-apply@.service",
  "pawl-check.timer",
  "pawl-check.service",
  "pawl-recover.service",
  "pawl-resume.service",
] as const;

/** Where the state is: as pawl.yaml says, else as the user's home was made. A person's home is none of ours. */
export async function stateDirOf(ground: Ground, config: Config | null): Promise<string> {
  const user = (await Accounts.of(ground)).user(API_USER);
  const home = user && isPawls(user) && user.home.startsWith("/") ? user.home : null;
  return config?.state_dir ?? home ?? USUAL_STATE_DIR;
}

/** Everything `pawl setup` has ever made on a device, in the order in which it is removed, also by another pawl.yaml. */
export async function thingsToRemove(ground: Ground, config: Config | null, hasSystemd: boolean): Promise<Thing[]> {
  const stateDir = await stateDirOf(ground, config);
  const { dir, config: memory, cliToken, sessionKey } = devicePaths(stateDir);
  const apps = await appsOnDisk(ground, stateDir);
  const gone = (path: string) => absent(ground, path);
  const dropIn = dropInPath();
  const things = [
    apiUser(ground, stateDir),
    folder(ground, { path: CONFIG_DIR, owner: "root" }),
    folder(ground, { path: config?.hooks_dir ?? `${CONFIG_DIR}/hooks`, owner: "root" }),
    ownersConfig(ground),
    gone(PLACES.program),
    gone(PLACES.helper),
    folder(ground, { path: stateDir, owner: "root", mayBeLink: true }),
    folder(ground, { path: dir, owner: API_USER }),
    // Made anew whenever they are missing.
    ...((await statsAt(ground, dir))?.isDirectory()
      ? [memory, cliToken, sessionKey].map((path) => absent(ground, path, { isFolderLeft: true }))
      : []),
    ...apps.flatMap((app) => {
      const { api, apply } = appPaths(stateDir, app);
      const own = [`${stateDir}/${app}`, api.dir, apply.dir];
      return own.map((path) => folder(ground, { path, owner: "root" }));
    }),
    gone(PLACES_OF_RIGHTS.rule),
    gone(PLACES_OF_RIGHTS.sudoers),
    folder(ground, { path: dropIn.slice(0, dropIn.lastIndexOf("/")), owner: "root" }),
    gone(dropIn),
    gone(TIMER_STAMP),
    ...UNIT_NAMES.map((name) => gone(`${PLACES.units}/${name}`)),
  ];
  if (!hasSystemd) return things.reverse();
  const inUse = [
    ...["pawl-recover.service", "pawl-resume.service", "pawl-check.timer"].map((unit) =>
      enabled(ground, { unit, start: true }),
    ),
    listening(ground, ""),
  ];
  // systemd is told last, when they are gone.
  return [...inUse.reverse(), ...things.reverse(), unitsRead(ground, UNIT_NAMES)];
}

/** Without root's side the rest of a device that is set up would be of no use. Throws UpdateError `bad_request`. */
export async function assertOnlyHelper(ground: Ground): Promise<void> {
  if ((await statsAt(ground, `${PLACES.units}/${SOCKET}`)) === null) return;
  throw new UpdateError(
    "bad_request",
    "This device is set up as a whole, and all of it needs root's side. To take everything back: sudo pawl setup --remove",
  );
}

export interface Removal {
  going: Thing[];
  staying: Extract<Fate, { is: "stays" }>[];
}

/** What becomes of each, before any of it is touched. */
export async function decide(things: readonly Thing[]): Promise<Removal> {
  const paths = new Set<string>();
  const going: Thing[] = [];
  const staying: Removal["staying"] = [];
  for (const thing of things) {
    const fate = await thing.fate(paths);
    if (fate === null) continue;
    if (fate.is === "stays") staying.push(fate);
    else {
      going.push(thing);
      if (fate.path) paths.add(fate.path);
    }
  }
  // Whoever removes a folder removes what is in it.
  const isWithinAnother = ({ path }: { path: string }) => staying.some((other) => path.startsWith(`${other.path}/`));
  return { going, staying: staying.filter((one) => !isWithinAnother(one)) };
}

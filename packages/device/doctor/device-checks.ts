import { existsSync } from "node:fs";
import type { Config } from "@pawl/protocol";
import { wayToRoot } from "../helper/way.ts";
import { placesOf } from "../installers/places.ts";
import { timesOf } from "../schedule/times.ts";
import { NightlyFile } from "../store/nightly.ts";
import { appPaths } from "../store/paths.ts";
import type { Clock } from "../system/types.ts";
import { assessTime, lookAtTimeKeeping } from "./clock.ts";
import { lookAtOwner } from "./config-file.ts";
import { lookAtDisks, type WrittenPlace } from "./disk.ts";
import { askSudo, lookAtHelper, lookAtHelpersPlace } from "./helper.ts";
import { assessNode, lookAtRootsNode } from "./node-version.ts";
import { pastOf, programOf } from "./past.ts";
import { foldersOf, lookAtFolders, lookAtOwnFolders } from "./permissions.ts";
import { lookAtTokens } from "./records.ts";
import { helperOnly, lookAtRecovery, lookAtSocket, recoveryByHand } from "./recovery.ts";
import { lookAtSecrets, secretsOfDevice } from "./secrets.ts";
import type { Surroundings } from "./surroundings.ts";
import { lookAtTakeover, placesOfRoots } from "./takeover.ts";
import { assessCron, lookAtTimer } from "./timer.ts";
import type { Check, Finding } from "./types.ts";
import { lookAtForgotten } from "./unfinished.ts";

/** Checks for each side: root may look where nobody else may, and the other side knows what it can reach itself. */
export interface Checks {
  asRoot: Check[];
  asApi: Check[];
}

/** What is worth a look on any device, with a configuration or without. */
export function checksWithoutConfig(around: Surroundings): Check[] {
  const { clock, run, nodeVersion } = around;
  return [
    check("clock", async () => assessTime(clock.now(), await programOf(around.program))),
    check("node", async () => [assessNode(nodeVersion)]),
    ...(around.way.hasSystemd ? [check("clock", (signal) => lookAtTimeKeeping(run, signal))] : []),
  ];
}

/** What is worth a look once for the whole device. */
export function checksOfDevice(config: Config, configPath: string, around: Surroundings): Checks {
  const { run, clock, ground, places, way, self, nodeVersion } = around;
  const { state_dir: stateDir } = config;
  const apps = Object.keys(config.apps);
  const apiUser = around.apiUser(stateDir);
  const isUnits = way.isSystemConfig && way.hasSystemd;
  const hasRootsSide = way.isSystemConfig || apiUser !== null;
  const daemonUid = apiUser?.uid ?? self.uid;

  const whose: Check[] = hasRootsSide || self.uid === 0 ? [check("config-owner", () => lookAtOwner(configPath))] : [];
  const split: Check[] = apiUser
    ? [
        check("permissions", () => lookAtFolders(foldersOf(stateDir, apps), apiUser)),
        check("takeover", () => lookAtTakeover(placesOfRoots(config, configPath, places), apiUser)),
      ]
    : [check("permissions", () => lookAtOwnFolders(foldersOf(stateDir, apps), self.uid))];
  // What `pawl setup helper` leaves out is no trouble.
  const isHelperOnly = way.hasUnit && !existsSync(`${places.units}/pawl-device.socket`);
  const daily: Check[] = isHelperOnly
    ? [check("socket", async () => [helperOnly()])]
    : [
        check("socket", (signal) => lookAtSocket(run, signal)),
        check("timer", (signal) => lookAtTimer({ config, run, units: places.units }, signal)),
      ];
  const units: Check[] = isUnits
    ? [
        ...daily,
        check("recovery", (signal) =>
          lookAtRecovery({ run, units: places.units, bootedAt: around.bootedAt() }, signal),
        ),
      ]
    : [check("recovery", async () => [recoveryByHand()])];
  const cron = isUnits ? [] : [check("timer", async () => [await lookAtCron(config, clock)])];
  const isSudo =
    wayToRoot({ ...way, isRoot: daemonUid === 0 }) === "sudo" && (self.uid === 0 || self.uid === daemonUid);

  return {
    asRoot: [
      ...whose,
      check("clock", async () =>
        assessTime(clock.now(), [...(await programOf(around.program)), ...(await pastOf(config))]),
      ),
      ...(way.hasSystemd ? [check("clock", (signal) => lookAtTimeKeeping(run, signal))] : []),
      check("node", async () => [assessNode(nodeVersion)]),
      ...(way.isSystemConfig ? [check("node", (signal) => lookAtRootsNode(ground, signal))] : []),
      check("disk", () => lookAtDisks(writtenPlaces(config), around)),
      ...split,
      check("secrets", () => lookAtSecrets(secretsOfDevice(config), apiUser ?? self)),
      check("tokens", () => lookAtTokens(stateDir)),
      check("helper", () => lookAtHelper({ facts: way, apiUser, uid: self.uid, places })),
      ...(way.isSystemConfig && way.hasHelper ? [check("helper", () => lookAtHelpersPlace(places.helper))] : []),
      ...units,
      check("unfinished", () => lookAtForgotten(stateDir, apps)),
    ],
    asApi: [...(isSudo ? [check("helper", (signal) => askSudo(run, places.helper, signal))] : []), ...cron],
  };
}

function check(id: string, look: Check["look"]): Check {
  return { id, app: null, look };
}

/** Each place that updates are written to. */
function writtenPlaces({ state_dir, apps }: Config): WrittenPlace[] {
  const ofApps = Object.entries(apps).flatMap(([name, { install }]) => {
    const { home, backup_dir, map } = placesOf(install);
    const key = (what: string) => `${what} of ${name}`;
    return [
      ...(home ? [{ key: key("home"), path: home }] : []),
      ...(backup_dir ? [{ key: key("backup_dir"), path: backup_dir }] : []),
      ...Object.entries(map).map(([from, path]) => ({ key: key(`map "${from}"`), path })),
    ];
  });
  return [{ key: "state_dir", path: state_dir }, ...ofApps];
}

/** Whether a daily check is wanted in any app, and when one came last. */
async function lookAtCron(config: Config, clock: Clock): Promise<Finding> {
  const isWanted = (await timesOf(config)).length > 0;
  const runs = await Promise.all(
    Object.keys(config.apps).map((app) => {
      const { nightly: path, nightlyLock: lockDir } = appPaths(config.state_dir, app).api;
      return new NightlyFile({ path, lockDir, clock }).lastRun();
    }),
  );
  const [newest = null] = runs.filter((run) => run !== null).sort((a, b) => b.getTime() - a.getTime());
  return assessCron(isWanted, newest, clock.now());
}

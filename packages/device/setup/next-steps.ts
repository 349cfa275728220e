import type { Config } from "@pawl/protocol";
import { PLACES } from "../helper/places.ts";
import { placesOf } from "../installers/places.ts";
import { isLocal, parseAddress } from "../listen-address.ts";
import { devicePaths } from "../store/paths.ts";
import type { Facts } from "./facts.ts";
import { statsAt } from "./ground.ts";
import type { Removal } from "./removal.ts";
import { SOCKET } from "./things/device-units.ts";
import { API_USER } from "./things/user.ts";
import type { Ground } from "./types.ts";

/** What is left to do once a device is set up. */
export async function nextSteps(ground: Ground, facts: Facts, config: Config, steps: number): Promise<string[]> {
  const lines: string[] = [];
  if (!facts.hasSystemd) lines.push(...withoutSystemd());
  lines.push(...startsOfApps(config, steps));
  if (await isOpenToOthers(ground, config)) {
    lines.push(
      `Others can reach ${config.listen}, and until there is a token the API refuses to start: sudo pawl token create <name>`,
    );
  }
  if (steps > 0) {
    lines.push("See whether all is well: sudo pawl doctor", "See what is installed and what there is: pawl status");
  }
  return lines;
}

/** The same where only root's side was. */
export async function nextStepsOfHelper(
  ground: Ground,
  facts: Facts,
  config: Config,
  steps: number,
): Promise<string[]> {
  const lines = facts.hasSystemd ? [] : atBoot();
  lines.push(...startsOfApps(config, steps));
  const isWhole = (await statsAt(ground, `${PLACES.units}/${SOCKET}`)) !== null;
  if (!isWhole) {
    lines.push(
      `That is all: neither the API nor a check at night starts by itself. What runs \`pawl device\` as root becomes ${API_USER}, who may ask root's side; for everything: sudo pawl setup`,
    );
  }
  if (steps > 0) lines.push("See whether all is well: sudo pawl doctor");
  return lines;
}

/** Whose environments are one behind the other has to be started through the link that says which one counts. */
function startsOfApps({ apps }: Config, steps: number): string[] {
  if (steps === 0) return [];
  return Object.entries(apps).flatMap(([app, { install }]) => {
    const { home } = placesOf(install);
    if (!("pip" in install) || home === undefined) return [];
    return `The service of ${app} starts what ${home}/current leads to: ExecStart=${home}/current/bin/<program>`;
  });
}

/** @param command what is to be run again once there is one */
export function nextWithSample(command: string): string[] {
  return [
    `Say in ${PLACES.config} where your app's releases come from and where they go`,
    "See whether it is right: pawl config check",
    `Then run this again: sudo pawl ${command}`,
  ];
}

/** The commands that remove what was left alone. */
export function nextAfterRemoval(staying: Removal["staying"]): string[] {
  if (staying.length === 0) return [];
  const all = staying.map(({ what }) => what).join(", ");
  return [
    `Left alone, because it is yours: ${all}. To remove it as well:`,
    ...staying.map(({ line }) => `    ${line}`),
  ];
}

/** Everything but that systemd would do by itself. */
function withoutSystemd(): string[] {
  const { program } = PLACES;
  return [
    ...atBoot(),
    `    ${program} device      for as long as the device runs, to serve the API (it becomes the user ${API_USER})`,
    "and cron, in a file such as /etc/cron.d/pawl:",
    `    */10 * * * * ${API_USER} ${program} check --due --spread`,
  ];
}

function atBoot(): string[] {
  const { program } = PLACES;
  return [
    "This device has no systemd that could start Pawl. Have its own init run, as root:",
    `    ${program} recover     at boot, once the disks are mounted and before the app's services`,
    `    ${program} resume      at boot, after the app's services`,
  ];
}

/** The first token is made after this: only then is there a place for it. */
async function isOpenToOthers(ground: Ground, { listen, auth, state_dir }: Config): Promise<boolean> {
  if (isLocal(parseAddress(listen)) || auth.jwt) return false;
  return (await statsAt(ground, devicePaths(state_dir).tokens).catch(() => null)) === null;
}

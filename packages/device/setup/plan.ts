import type { Config } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { PLACES } from "../helper/places.ts";
import { parseAddress } from "../listen-address.ts";
import { appPaths, devicePaths } from "../store/paths.ts";
import { lastWords } from "../system/services/words.ts";
import type { Facts } from "./facts.ts";
import { programAt } from "./ground.ts";
import { polkitRule } from "./polkit-rule.ts";
import { SUDOERS } from "./sudoers.ts";
import { absent } from "./things/absent.ts";
import { ownersConfig, sampleConfig } from "./things/config-file.ts";
import { freshService, listening, SERVICE } from "./things/device-units.ts";
import { file } from "./things/file.ts";
import { folder } from "./things/folder.ts";
import { link } from "./things/link.ts";
import { schedule } from "./things/schedule.ts";
import { enabled, unitsRead } from "./things/unit.ts";
import { API_USER, apiUser } from "./things/user.ts";
import type { Ground, Thing } from "./types.ts";
import { streamOf } from "./units/device.ts";
import { rootsUnitsOf, unitsOf } from "./units/index.ts";
import type { Unit } from "./units/types.ts";

export const PLACES_OF_RIGHTS = {
  rule: `${PLACES.polkitRules}/50-pawl.rules`,
  sudoers: `${PLACES.sudoers}/pawl`,
} as const;

export const CONFIG_DIR = "/etc/pawl";

/** Everything that makes a device one that is set up, in the order in which it can be made. Nothing is looked at here. */
export function plan(ground: Ground, facts: Facts, config: Config, program: Uint8Array): Thing[] {
  return [
    ...commonThings(ground, config, program),
    ...(facts.hasSystemd ? unitThings(ground, facts, config) : rightsThings(ground, facts)),
  ];
}

/** Of that, what reaches root's side and what ends its work after a power cut: no API of systemd's, nothing at night. */
export function planOfHelper(ground: Ground, facts: Facts, config: Config, program: Uint8Array): Thing[] {
  return [
    ...commonThings(ground, config, program),
    ...(facts.hasSystemd ? rootsUnitThings(ground, facts, config) : rightsThings(ground, facts)),
  ];
}

/** Without a pawl.yaml: what is needed to write one, and nothing that would run. */
export function planOfSample(ground: Ground, program: Uint8Array): Thing[] {
  return [...programThings(ground, `${CONFIG_DIR}/hooks`, program), sampleConfig(ground)];
}

function commonThings(ground: Ground, config: Config, program: Uint8Array): Thing[] {
  const { state_dir } = config;
  return [
    apiUser(ground, state_dir),
    ...programThings(ground, config.hooks_dir, program),
    ownersConfig(ground),
    folder(ground, { path: state_dir, owner: "root", mayBeLink: true }),
    folder(ground, { path: devicePaths(state_dir).dir, owner: API_USER }),
    ...Object.keys(config.apps).flatMap((app) => appFolders(ground, state_dir, app)),
  ];
}

function programThings(ground: Ground, hooksDir: string, program: Uint8Array): Thing[] {
  return [
    folder(ground, { path: CONFIG_DIR, owner: "root" }),
    folder(ground, { path: hooksDir, owner: "root" }),
    file(ground, { path: PLACES.program, content: program, mode: 0o755, what: "this program" }),
    link(ground, { path: PLACES.helper, target: PLACES.program }),
  ];
}

function appFolders(ground: Ground, stateDir: string, app: string): Thing[] {
  const { api, apply } = appPaths(stateDir, app);
  return [
    folder(ground, { path: `${stateDir}/${app}`, owner: "root" }),
    folder(ground, { path: api.dir, owner: API_USER }),
    folder(ground, { path: apply.dir, owner: "root" }),
  ];
}

function unitThings(ground: Ground, facts: Facts, config: Config): Thing[] {
  const address = parseAddress(config.listen);
  return [
    ...knownUnits(ground, facts, unitsOf({ config, way: facts.way })),
    listening(ground, address.kind === "unix" ? address.path : streamOf(address)),
    enabled(ground, { unit: "pawl-check.timer", start: true }),
    schedule(ground, config),
  ];
}

function rootsUnitThings(ground: Ground, facts: Facts, config: Config): Thing[] {
  return knownUnits(ground, facts, rootsUnitsOf({ config, way: facts.way }));
}

function knownUnits(ground: Ground, facts: Facts, units: readonly Unit[]): Thing[] {
  const names = units.map(({ name }) => name.replace("@.", "@schedule."));
  return [
    ...units.map(({ name, text }) => file(ground, { path: `${PLACES.units}/${name}`, content: text })),
    ...rightsThings(ground, facts),
    unitsRead(ground, names),
    freshService(ground, [PLACES.program, PLACES.config, `${PLACES.units}/${SERVICE}`]),
    enabled(ground, { unit: "pawl-recover.service", start: false }),
    enabled(ground, { unit: "pawl-resume.service", start: false }),
  ];
}

/** One way to root, and not two. */
function rightsThings(ground: Ground, { way }: Facts): Thing[] {
  const { rule, sudoers } = PLACES_OF_RIGHTS;
  const what = `so that ${API_USER} may ask for updates`;
  if (way === "polkit") return [file(ground, { path: rule, content: polkitRule(), what }), absent(ground, sudoers)];
  const check = (signal: AbortSignal) => checkSudoers(ground, signal);
  return [file(ground, { path: sudoers, content: SUDOERS, mode: 0o440, what, check }), absent(ground, rule)];
}

const VISUDO_WITHIN_MS = 20_000;

/** A file that sudo doesn't understand makes sudo refuse everybody. */
async function checkSudoers(ground: Ground, signal: AbortSignal): Promise<void> {
  if ((await programAt(ground, "visudo")) === null) return;
  const argv = ["visudo", "--check", "--file=-"];
  const result = await ground.run(argv, { timeoutMs: VISUDO_WITHIN_MS, signal, input: SUDOERS });
  if (result.code === 0) return;
  const words = lastWords(result, VISUDO_WITHIN_MS);
  throw new UpdateError("not_writable", `This device's sudo doesn't understand the line it would get: ${words}`);
}

import type { Config } from "@pawl/protocol";
import { checkConfig } from "../config.ts";
import { asUpdateError, UpdateError } from "../error.ts";
import { checksOfApp } from "./app-checks.ts";
import { assessProblems } from "./config-file.ts";
import { type Checks, checksOfDevice, checksWithoutConfig } from "./device-checks.ts";
import { examine } from "./examine.ts";
import { hasTokens } from "./records.ts";
import type { Surroundings } from "./surroundings.ts";
import { type Finding, type Reading, trouble } from "./types.ts";

export { type Surroundings, systemSurroundings } from "./surroundings.ts";
export type { Finding, Reading, Verdict } from "./types.ts";

export interface Patient {
  configPath: string;
  /** Where `PAWL_…` overrides are looked for. */
  env: Readonly<Record<string, string | undefined>>;
  /** Undefined: all of them. */
  app: string | undefined;
  around: Surroundings;
}

/** A device examined: the configuration, where it could be understood, and what was found, in the order in which it is shown. */
export interface Examination {
  config: Config | null;
  readings: Reading[];
}

/**
 * Looks at a device and changes nothing. Root looks first where only root may; from then on this process is the API's
 * user, for good, so that what is reached is what the API reaches.
 * Throws UpdateError `unknown_app`; rejects with the signal's reason. All else is a reading.
 */
export async function examineDevice(
  { configPath, env, app, around }: Patient,
  signal: AbortSignal,
): Promise<Examination> {
  const { config, findings } = await readConfig(configPath, env);
  const ofConfig = findings.map((finding): Reading => ({ id: "config", app: null, ...finding }));
  if (config === null) {
    return { config, readings: [...ofConfig, ...(await examine(checksWithoutConfig(around), signal))] };
  }
  const names = Object.keys(config.apps);
  if (app !== undefined && !names.includes(app)) throw unknownApp(app, names);
  const about = app === undefined ? names : [app];
  const all: Checks[] = [
    checksOfDevice(config, configPath, around),
    ...about.map((name) => checksOfApp(config, name, around)),
  ];
  const asRoot = await examine(
    all.flatMap(({ asRoot }) => asRoot),
    signal,
  );
  around.becomeApiUser(config.state_dir);
  const asApi = await examine(
    all.flatMap(({ asApi }) => asApi),
    signal,
  );
  const found = [...ofConfig, ...asRoot, ...asApi];
  return { config, readings: [null, ...about].flatMap((whose) => found.filter((reading) => reading.app === whose)) };
}

async function readConfig(path: string, env: Patient["env"]): Promise<{ config: Config | null; findings: Finding[] }> {
  try {
    const { config, problems } = await checkConfig({ path, env, hasTokens });
    // One that is understood and still refused, such as an open API without a token, tells where to look all the same.
    const findings = assessProblems(path, problems);
    return { config, findings };
  } catch (error) {
    const { message } = asUpdateError(error);
    return {
      config: null,
      findings: [
        trouble(message.replace(/\.$/, ""), "sudo pawl setup writes a sample; `pawl config check` says what is wrong"),
      ],
    };
  }
}

function unknownApp(app: string, names: readonly string[]): UpdateError {
  return new UpdateError("unknown_app", `There is no app ${app} on this device; there is: ${names.join(", ")}.`);
}

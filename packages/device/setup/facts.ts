import type { Config } from "@pawl/protocol";
import { checkConfig, describeProblem } from "../config.ts";
import { UpdateError } from "../error.ts";
import { hasPolkit, PLACES } from "../helper/places.ts";
import { at, programAt, statsAt } from "./ground.ts";
import { SAMPLE } from "./sample.ts";
import type { Ground } from "./types.ts";

/** What a plan depends on. */
export interface Facts {
  /** systemd has booted this device. */
  hasSystemd: boolean;
  /** How the unprivileged side will reach root's. */
  way: "polkit" | "sudo";
}

/** There while systemd is the first process (sd_booted(3)). */
const SYSTEMD_RUNS = "/run/systemd/system";

export async function hasSystemd(ground: Ground): Promise<boolean> {
  return (await statsAt(ground, SYSTEMD_RUNS)) !== null;
}

/** Throws UpdateError `requires_unmet` when there is no way to root at all, with what to install. */
export async function factsOf(ground: Ground): Promise<Facts> {
  const isBySystemd = await hasSystemd(ground);
  // The helper decides in the same way (helper/way.ts).
  if (isBySystemd && hasPolkit(ground.root)) return { hasSystemd: isBySystemd, way: "polkit" };
  const hasSudo = (await programAt(ground, "sudo")) !== null && (await statsAt(ground, PLACES.sudoers)) !== null;
  if (hasSudo) return { hasSystemd: isBySystemd, way: "sudo" };
  throw new UpdateError(
    "requires_unmet",
    isBySystemd
      ? "Pawl's API runs without root's rights and needs a way to ask for an update: install polkit (apt install polkitd) or sudo (apt install sudo), then run this again."
      : "Pawl's API runs without root's rights and needs a way to ask for an update: install sudo, then run this again.",
  );
}

/**
 * What pawl.yaml says; null when there is none, or the sample as it was. The environment has no say. Throws UpdateError
 * `config_invalid` with everything that is wrong.
 */
export async function configOf(ground: Ground): Promise<Config | null> {
  if ((await statsAt(ground, PLACES.config)) === null) return null;
  const path = at(ground, PLACES.config);
  const { config, problems, text } = await checkConfig({ path, env: {}, advise: false });
  if (text === "" || text === SAMPLE) return null;
  const errors = problems.filter(({ severity }) => severity === "error").map(describeProblem);
  if (config && errors.length === 0) return config;
  throw new UpdateError("config_invalid", `${PLACES.config} can't be used, so nothing was changed.`, {
    path: PLACES.config,
    detail: errors.join("\n"),
  });
}

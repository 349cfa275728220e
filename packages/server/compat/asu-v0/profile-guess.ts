import type { Profile, Target, Version } from "../../catalog/types.ts";
import { profileIn } from "../../upgrades/renamed-targets.ts";
import type { UpgradeFacts } from "../../upgrades/types.ts";
import { modelName } from "./model-name.ts";

export interface Device {
  /** `board_name` of `ubus call system board`: `tl-wdr4300`, `tplink,archer-c7-v2`; or a profile, as Chef sends it. */
  board: string;
  model: string | null;
}

/**
 * The profile a device of that time means: by its board, whatever that is called now, else by its model, else the one that
 * fits every machine. Pure. (asu-v0 §2.2 "profile guess")
 */
export function guessProfile(
  target: Target,
  version: Version,
  device: Device,
  facts: Pick<UpgradeFacts, "boardRenames">,
): Profile | null {
  const name = profileIn(target, device.board, version, facts);
  if (name !== null) return target.profiles.get(name) ?? null;
  return byModel(target, device.model) ?? target.profiles.get("Generic") ?? target.profiles.get("generic") ?? null;
}

function byModel(target: Target, model: string | null): Profile | null {
  if (model === null) return null;
  const wanted = model.toLowerCase();
  for (const profile of target.profiles.values()) {
    if (profile.titles.some((title) => modelName(title).toLowerCase() === wanted)) return profile;
  }
  return null;
}

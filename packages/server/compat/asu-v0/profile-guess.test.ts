import { expect, test } from "vitest";
import type { Profile, Target, Title, Version } from "../../catalog/types.ts";
import { guessProfile } from "./profile-guess.ts";

const VERSION: Version = {
  distribution: "openwrt",
  name: "24.10.5",
  branch: "24.10",
  kind: "release",
  path: "releases/24.10.5",
};
const FACTS = { boardRenames: [{ version: "17.01.0", from: "tl-wdr4300", to: "tl-wdr4300-v1" }] };

function profile(name: string, titles: Title[] = []): [string, Profile] {
  return [name, { name, titles, devicePackages: [], supportedDevices: [], raw: {} }];
}

function target(profiles: [string, Profile][], aliases: [string, string][] = []): Target {
  const rest = { architecture: "mips_24kc", versionCode: "r1-x", versionNumber: "24.10.5", sourceDateEpoch: null };
  const name = "ath79/generic";
  return {
    ...rest,
    name,
    defaultPackages: [],
    kmods: null,
    profiles: new Map(profiles),
    aliases: new Map([...profiles.map(([name]) => [name, name] as const), ...aliases]),
    raw: {},
  };
}

const ATH79 = target(
  [
    profile("tplink_tl-wdr4300-v1", [{ vendor: "TP-Link", model: "TL-WDR4300", variant: "v1" }]),
    profile("tplink_archer-c7-v2", [{ title: "TP-Link Archer C7 v2" }, { vendor: "TP-Link", model: "Archer C7 EU" }]),
  ],
  [["tl-wdr4300-v1", "tplink_tl-wdr4300-v1"]],
);
const X86 = target([profile("generic")]);

test.each([
  ["a board that was renamed", ATH79, { board: "tl-wdr4300", model: null }, "tplink_tl-wdr4300-v1"],
  [
    "a board by the name upstream still supports",
    ATH79,
    { board: "tl-wdr4300-v1", model: null },
    "tplink_tl-wdr4300-v1",
  ],
  ["a board with a comma", ATH79, { board: "tplink,archer-c7-v2", model: null }, "tplink_archer-c7-v2"],
  ["a profile, as Chef sends it", ATH79, { board: "tplink_archer-c7-v2", model: null }, "tplink_archer-c7-v2"],
  [
    "a model in vendor, model and variant",
    ATH79,
    { board: "?", model: "tp-link TL-wdr4300 V1" },
    "tplink_tl-wdr4300-v1",
  ],
  [
    "a model that is a profile's second title",
    ATH79,
    { board: "?", model: "TP-Link Archer C7 EU" },
    "tplink_archer-c7-v2",
  ],
  ["any machine where one profile fits all", X86, { board: "pc-engines-apu2", model: "PC Engines APU2" }, "generic"],
  ["nothing for a device nobody knows", ATH79, { board: "fritz-box", model: "FRITZ!Box" }, null],
])("profile guess: %s", (_, where, device, expected) => {
  expect(guessProfile(where, VERSION, device, FACTS)?.name ?? null).toBe(expected);
});

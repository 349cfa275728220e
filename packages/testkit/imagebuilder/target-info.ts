import type { Release } from "../mirror/world/releases.ts";
import { defaultPackages, type ProfileFacts, targetNamed } from "../mirror/world/targets.ts";
import { cpuOf } from "./make-variables.ts";

/** `.targetinfo`: the profiles of every target of a release. */
export function targetInfo(release: Release): string {
  return release.targets
    .map((name) => {
      const target = targetNamed(name);
      const head = [
        `Target: ${name}`,
        `Target-Name: ${name}`,
        `Target-Arch: ${cpuOf(target.architecture)}`,
        `Target-Arch-Packages: ${target.architecture}`,
        `Linux-Version: ${release.kernel}`,
        `Default-Packages: ${[...defaultPackages(release), ...target.packages].join(" ")}`,
      ];
      return `${head.join("\n")}\n${target.profiles.map(profileStanza).join("")}@@\n`;
    })
    .join("\n");
}

/** A device of several names goes by the first. */
function profileStanza({ id, titles, packages, supportedDevices, images }: ProfileFacts): string {
  const [{ title, vendor, model, variant } = {}] = titles;
  const name = title ?? [vendor, model, variant].filter(Boolean).join(" ");
  const hasMetadata = images.some(({ type }) => type === "sysupgrade" || type.startsWith("combined"));
  return [
    "",
    `Target-Profile: DEVICE_${id}`,
    `Target-Profile-Name: ${name}`,
    ...(hasMetadata ? ["Target-Profile-hasImageMetadata: 1"] : []),
    ...(supportedDevices.length ? [`Target-Profile-SupportedDevices: ${supportedDevices.join(" ")}`] : []),
    `Target-Profile-Packages: ${packages.join(" ")}`,
    "Target-Profile-Description:",
    `Build firmware images for ${name}`,
    "@@",
    "",
  ].join("\n");
}

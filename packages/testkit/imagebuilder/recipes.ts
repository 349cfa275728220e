import { type Release, vermagicOf } from "../mirror/world/releases.ts";
import { defaultPackages, type TargetFacts } from "../mirror/world/targets.ts";

/** What the image scripts know of each device, and of the release: which fields its profiles.json has, too. */
export function imageRecipes(release: Release, target: TargetFacts): string {
  const { branch } = release;
  const fields = [
    ...(branch >= "22.03" ? ["sha256_unsigned"] : []),
    ...(branch >= "25.12" ? ["size", "file_size_limits"] : []),
  ];
  const profiles = target.profiles.map(({ id, titles, supportedDevices, packages, images, sizeLimit }) => [
    id,
    {
      titles,
      supported_devices: supportedDevices,
      device_packages: packages,
      images,
      ...(sizeLimit && { limit: sizeLimit }),
    },
  ]);
  return JSON.stringify({
    dist: "OpenWrt",
    arch_packages: target.architecture,
    default_packages: [...defaultPackages(release), ...target.packages],
    target: target.name,
    version_code: release.versionCode,
    version_number: release.name,
    source_date_epoch: release.time,
    linux_kernel: release.kmodsApart
      ? { release: "1", vermagic: vermagicOf(release, target.name), version: release.kernel }
      : null,
    fields,
    profiles: Object.fromEntries(profiles),
  });
}

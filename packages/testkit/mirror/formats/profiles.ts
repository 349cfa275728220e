import { type Release, vermagicOf } from "../world/releases.ts";
import { defaultPackages, type ProfileFacts, type TargetFacts } from "../world/targets.ts";

/** An image that was built of a profile. */
export interface BuiltImage {
  name: string;
  type: string;
  filesystem: string | null;
  sha256: string;
  /** Of the image before it was signed. */
  unsignedSha256: string;
  size: number;
}

/** `profiles.json` of a target, minified and sorted as upstream's, with the fields its time had. */
export function profilesJson(
  release: Release,
  target: TargetFacts,
  images: ReadonlyMap<string, readonly BuiltImage[]>,
): string {
  return JSON.stringify(
    sorted({
      arch_packages: target.architecture,
      default_packages: [...defaultPackages(release), ...target.packages],
      metadata_version: 1,
      profiles: Object.fromEntries(
        target.profiles.map((profile) => [
          profile.id,
          profileOf(release, target, profile, images.get(profile.id) ?? []),
        ]),
      ),
      source_date_epoch: release.time,
      target: target.name,
      version_code: release.versionCode,
      version_number: release.name,
      ...(release.kmodsApart && {
        linux_kernel: { release: "1", vermagic: vermagicOf(release, target.name), version: release.kernel },
      }),
    }),
  );
}

/** `.overview.json`: every profile of a release, to be found by its title. */
export function overviewJson(release: Release, targets: readonly TargetFacts[]): string {
  const profiles = targets.flatMap(({ name, profiles }) =>
    profiles.map(({ id, titles }) => ({ id, target: name, titles })),
  );
  return JSON.stringify({ image_url: "https://downloads.example.org", profiles, release: release.name });
}

function profileOf(
  release: Release,
  { name }: TargetFacts,
  { id, packages, supportedDevices, titles, sizeLimit }: ProfileFacts,
  images: readonly BuiltImage[],
): object {
  return {
    device_packages: packages,
    ...(sizeLimit && release.branch >= "25.12" && { file_size_limits: { image: sizeLimit } }),
    image_prefix: imagePrefix(release, name, id),
    images: images.map(({ name: file, type, filesystem, sha256, unsignedSha256, size }) => ({
      ...(filesystem && { filesystem }),
      name: file,
      sha256,
      ...(release.branch >= "22.03" && { sha256_unsigned: unsignedSha256 }),
      ...(release.branch >= "25.12" && { size }),
      type,
    })),
    supported_devices: supportedDevices,
    titles,
  };
}

/** `openwrt-24.10.5-ath79-generic-tplink_archer-c7-v2` */
export function imagePrefix(release: Release, target: string, profile: string): string {
  return `${release.imagePrefix}-${target.replace("/", "-")}-${profile}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

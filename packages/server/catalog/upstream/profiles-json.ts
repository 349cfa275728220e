import type { Profile, Target } from "../types.ts";
import { UpstreamError } from "./error.ts";
import { countAt, entriesAt, type JsonObject, listAt, namesAt, objectAt, optional, textAt } from "./fields.ts";
import { parseJsonObject } from "./json-document.ts";
import { kmodsFolder } from "./kmods.ts";
import { nameAt } from "./names.ts";
import { titlesAt } from "./titles.ts";

const MOST_PROFILES = 20_000;
const MOST_PACKAGES = 5_000;
const MOST_DEVICES = 1_000;
const MOST_IMAGES = 1_000;

/**
 * Reads a target's `profiles.json` (imagebuilder §6, §10). What a newer upstream adds stays in `raw`.
 *
 * @param target the one asked for: a file that says it is of another is refused
 */
export function parseProfilesJson(bytes: Uint8Array, target: string, what: string): Target {
  const document = parseJsonObject(bytes, what);
  const said = document.target;
  if (said !== undefined && said !== target) {
    throw new UpstreamError("bad_index", `${what} is of another target, ${nameAt("target", said, what)}.`);
  }
  const profiles = new Map(
    entriesAt(document.profiles, `${what}: profiles`, MOST_PROFILES).map(([name, value]) => [
      name,
      profileAt(name, value, what),
    ]),
  );
  const { profiles: _, ...raw } = document;
  const versionNumber = optional(document.version_number, `${what}: version_number`, textAt) ?? "";
  return {
    name: target,
    architecture: nameAt("architecture", document.arch_packages, `${what}: arch_packages`),
    versionCode: optional(document.version_code, `${what}: version_code`, revisionAt) ?? "",
    versionNumber,
    sourceDateEpoch: optional(document.source_date_epoch, `${what}: source_date_epoch`, countAt),
    defaultPackages: packagesAt(document.default_packages, `${what}: default_packages`),
    kmods: kmodsFolder(document.linux_kernel, versionNumber, `${what}: linux_kernel`),
    profiles,
    aliases: aliasesOf(profiles),
    raw,
  };
}

function profileAt(id: string, value: unknown, what: string): Profile {
  const name = nameAt("profile", id, what);
  const where = `${what}: ${name}`;
  const raw = objectAt(value, where);
  checkImages(raw, where);
  return {
    name,
    titles: titlesAt(raw.titles, `${where}.titles`),
    devicePackages: packagesAt(raw.device_packages, `${where}.device_packages`),
    supportedDevices: listAt(raw.supported_devices ?? [], `${where}.supported_devices`, MOST_DEVICES).map((device) =>
      textAt(device, `${where}.supported_devices`),
    ),
    raw,
  };
}

/** Dialects pass them on, and clients make addresses and file names of them. */
function checkImages(profile: JsonObject, where: string): void {
  if (profile.image_prefix !== undefined) nameAt("file", profile.image_prefix, `${where}.image_prefix`);
  for (const value of listAt(profile.images ?? [], `${where}.images`, MOST_IMAGES)) {
    const image = objectAt(value, `${where}.images`);
    nameAt("file", image.name, `${where}.images`);
    optional(image.sha256, `${where}.images`, (sum, at) => nameAt("sha256", sum, at));
    optional(image.sha256_unsigned, `${where}.images`, (sum, at) => nameAt("sha256", sum, at));
    optional(image.size, `${where}.images`, countAt);
  }
}

function packagesAt(value: unknown, where: string): readonly string[] {
  return namesAt("package choice", value ?? [], where, MOST_PACKAGES);
}

/** Empty where a build didn't know its own. */
function revisionAt(value: unknown, where: string): string {
  return value === "" ? "" : nameAt("revision", value, where);
}

/** asu-v1 §1.3, 8: board names with `,` as `_`. A profile's own name is always its own; else the last one says it. */
function aliasesOf(profiles: ReadonlyMap<string, Profile>): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const { name, supportedDevices } of profiles.values()) {
    for (const device of supportedDevices) aliases.set(device.replaceAll(",", "_"), name);
  }
  for (const name of profiles.keys()) aliases.set(name.replaceAll(",", "_"), name);
  return aliases;
}
